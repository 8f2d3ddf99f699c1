// Jobs that run at once, each in a context of its own over all kinds of waits; prints what the flush said.
import { EventEmitter } from 'node:events';
import { context, createLogger } from 'timberlog';

const [endpoint, url] = process.argv.slice(2);
const logger = createLogger({ endpoint });

const waits = {
  await: () => null,
  timer: () => new Promise((resolve) => setTimeout(resolve, Math.random() * 5)),
  fetch: async () => (await fetch(url)).text(),
  digest: () => crypto.subtle.digest('SHA-256', new Uint8Array(9)),
  stream: () =>
    new Response(
      new Blob(['text']).stream().pipeThrough(new TextDecoderStream()).pipeThrough(new TextEncoderStream()),
    ).text(),
  nextTick: () => new Promise((resolve) => process.nextTick(resolve)),
  immediate: () => new Promise((resolve) => setImmediate(resolve)),
  microtask: () => new Promise((resolve) => queueMicrotask(resolve)),
};

async function job(id) {
  for (const [wait, begin] of Object.entries(waits)) {
    await begin();
    logger.info(`${id}: ${wait}`);
  }
  new EventEmitter().on('done', () => logger.info(`${id}: event`)).emit('done');
  const pulled = new ReadableStream({
    pull(controller) {
      logger.info(`${id}: pull`);
      controller.close();
    },
  });
  await pulled.getReader().read();
}

await Promise.all(Array.from({ length: 20 }, (_, id) => context({ job: { id } }, () => job(id))));
logger.info('afterwards');
console.log(JSON.stringify(await logger.flush()));
