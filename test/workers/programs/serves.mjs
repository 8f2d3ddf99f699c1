// Answers requests with the runtime's own server, and sends nothing by itself.
import { createServer } from 'node:http';
import { context, createLogger, withTimber } from 'timberlog';

const logger = createLogger({ endpoint: process.argv[2] });

const app = withTimber(logger, {
  async fetch(request) {
    const user = new URL(request.url).searchParams.get('user');
    context.set({ user: { id: user } });
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
    logger.info(`answered ${user}`);
    return new Response(`user ${user}`);
  },
});
const fetch = (request) => app.fetch(request);

async function answer(incoming, outgoing) {
  const response = await fetch(new Request(`http://${incoming.headers.host}${incoming.url}`));
  outgoing.end(await response.text());
}

const tell = (port) => console.error(`listens on port ${port}.`);

if (globalThis.Deno) Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: ({ port }) => tell(port) }, fetch);
else if (globalThis.Bun) tell(Bun.serve({ port: 0, hostname: '127.0.0.1', fetch }).port);
else {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1', () => tell(server.address().port));
}
