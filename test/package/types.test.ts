// The declarations of the package, as an application's compiler reads them.
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundler, type Compilation, compile, exportsOf, libs, node16 } from './compile.js';
import { type Packed, pack, root } from './packed.js';

let packed: Packed;
beforeAll(() => {
  packed = pack();
  for (const name of ['@cloudflare/workers-types', '@types/node', 'undici-types']) link(name);
});
afterAll(() => packed?.remove());

const page = { lib: libs('es2023', 'esnext.disposable', 'dom', 'dom.iterable') };
const worker = { lib: libs('es2023', 'esnext.disposable'), types: ['@cloudflare/workers-types'] };
const node = { lib: libs('es2023'), types: ['node'] };

/** Uses all that every build exports. */
const coreConsumer = (specifier: string) => `
  import {
    context, createContext, createLogger,
    type Body, type BufferOptions, type Context, type DropReason, type Fields, type FlushOptions, type FlushResult,
    type FlushTiming, type Level, type Logger, type LoggerOptions, type Outcome, type Release, type SendOptions,
    type Stats, type Transport, type Trouble,
  } from '${specifier}';

  const own: Context = createContext();
  const release: Release = { version: '1.0.0', commit_hash: 'abc', created_at: '2026-11-22' };
  const buffer: BufferOptions = { maxBytes: 1_000_000, maxAgeMs: 60_000 };
  const timing: FlushTiming = { everyMs: 1_000, maxBodyBytes: 10_000 };
  const retry: Outcome = { kind: 'retry', why: 'busy', afterMs: 1_000 };
  const transport: Transport = {
    async send(body: Body, options?: SendOptions) {
      return body.bytes > 0 && !options?.keepalive ? retry : undefined;
    },
  };
  const options: LoggerOptions = {
    endpoint: new URL('https://logs.example/v1/logs'), key: 'k', name: 'shop', level: 'off', context: own,
    release, buffer, flush: timing, transport,
    onTrouble(trouble: Trouble) { const { kind, message, count, cause } = trouble; void [kind, message, count, cause]; },
  };
  const logger: Logger = createLogger(options);
  const fields: Fields = { job: { id: 123 } };

  const text: string = context(fields, () => 'result');
  const later: Promise<number> = context(fields, async () => 1);
  { using _ = context({ job: { id: 123 } }); logger.info('inside'); }
  const bound: (a: number) => string = context.bind((a: number) => String(a));
  own.set({ user: { id: 42 } });
  const now: Fields = context.get();
  logger.error(new Error('no'), { payment_rejected: { amount: 100 } });
  logger.with({ job: 1 }).fatal('text', new Error('why'));
  const level: Level = 'warn';
  if (logger.isEnabled(level)) logger.setLevel(level);
  const flushing: FlushOptions = { timeoutMs: 500 };
  const { delivered, dropped, pending }: FlushResult = await logger.flush(flushing);
  const stats: Stats = logger.stats();
  const reason: DropReason = 'too_old';
  const count: number | undefined = stats.dropped[reason];
  void [text, later, bound, now, delivered, dropped, pending, count, await logger.close()];

  // @ts-expect-error an endpoint is needed
  createLogger({});
  // @ts-expect-error a level is one of five, or 'off'
  createLogger({ endpoint: '/', level: 'verbose' });
  // @ts-expect-error no such option
  createLogger({ endpoint: '/', levels: 'warn' });
  // @ts-expect-error fields are an object
  context('job', () => {});
  // @ts-expect-error the result has the type of what the callback returns
  const wrong: number = context(fields, () => 'text');
  // @ts-expect-error a message is text or an Error
  logger.info({ message: 'text' });
  // @ts-expect-error fields are read only
  now.user = 1;
  // @ts-expect-error every line of a run has a level that exists
  logger.log('info', 'text');
  void wrong;
  export {};
`;

const workersConsumer = (specifier: string) => `
  import {
    createLogger, forEachMessage, tail, tailToCollector, withTimber,
    type InvocationOptions, type WorkerHandlers, type WorkerLoggerOptions,
  } from '${specifier}';
  interface Env { GREETING: string }
  interface Order { id: number }
  const logger = createLogger((env: Env) => ({ endpoint: 'https://logs.example/v1/logs', name: env.GREETING }));
  const options: InvocationOptions = { client: true, access: true };
  const app = withTimber(logger, {
    version: 7,
    async fetch(request: Request, env: Env, ctx: ExecutionContext) {
      ctx.waitUntil(Promise.resolve());
      logger.info(request.url);
      return new Response(env.GREETING);
    },
    queue: (batch: MessageBatch<Order>) => forEachMessage(batch, ({ body, ack }) => (body.id > 0 ? ack() : undefined)),
  }, options);
  export default app satisfies ExportedHandler<Env, Order> satisfies WorkerHandlers;
  const answer: Promise<Response> = app.fetch(new Request('/'), { GREETING: '' }, {} as ExecutionContext);
  const version: number = app.version;
  // @ts-expect-error it had none
  app.scheduled;
  // @ts-expect-error the environment keeps its type
  app.fetch(new Request('/'), { GREETING: 1 }, {} as ExecutionContext);

  withTimber<ExportedHandler<Env, Order>>([logger, logger.with({ part: 'cron' })], {
    fetch: (request, env) => new Response(request.cf?.city + env.GREETING.trim()),
    scheduled: ({ cron }) => logger.info(cron.trim()),
    queue: (batch) => forEachMessage(batch, async (message) => logger.info(String(message.body.id + message.attempts))),
    email: (message) => logger.info(message.from.trim()),
    tail: (events) => logger.info(String(events[0]?.scriptName)),
    trace: (events) => logger.info(String(events.length)),
  });
  const tailed: WorkerLoggerOptions = { transport: tail() };
  createLogger(tailed);
  ({
    tail: tailToCollector((env: Env) => ({ endpoint: 'https://logs.example/v1/logs', key: env.GREETING })),
  }) satisfies ExportedHandler<Env>;
  // @ts-expect-error an endpoint is needed, or a transport
  tailToCollector({});
  // @ts-expect-error a logger comes first
  withTimber({ fetch: () => new Response() });
  // @ts-expect-error no such option
  withTimber(logger, { fetch: () => new Response() }, { log: true });
  // @ts-expect-error a message has no such thing
  forEachMessage({} as MessageBatch<Order>, (message) => message.retries);
  void [answer, version];
`;

const classesConsumer = (specifier: string) => `
  import { DurableObject, WorkerEntrypoint, WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from 'cloudflare:workers';
  import {
    createLogger, withTimberDurableObject, withTimberEntrypoint, withTimberWorkflow, type AnyClass,
  } from '${specifier}';
  const logger = createLogger({ endpoint: 'https://logs.example/v1/logs' });
  interface Env { CARTS: DurableObjectNamespace<Cart>; STOCK: Service<typeof Stock>; ORDERS: Workflow<{ id: number }> }

  class CartObject extends DurableObject<Env> {
    #items = 0;
    static readonly limit = 10;
    async add(count: number) { this.#items += count; return this.#items; }
  }
  export class Cart extends withTimberDurableObject(logger, CartObject) {
    async empty() { await this.ctx.storage.deleteAll(); return this.env.STOCK.count('spoon'); }
  }
  export const Stock = withTimberEntrypoint([logger], class Stock extends WorkerEntrypoint<Env, { shop: string }> {
    count(product: string) { return this.ctx.props.shop.length + product.length; }
  }, { access: true });
  export class Order extends withTimberWorkflow(logger, class extends WorkflowEntrypoint<Env, { id: number }> {
    override async run(event: WorkflowEvent<{ id: number }>, step: WorkflowStep) {
      return step.do('pay', async ({ attempt }) => event.payload.id + attempt);
    }
  }) {}

  export async function use(env: Env) {
    const cart = env.CARTS.getByName('a');
    const items: number = await cart.add(1);
    const count: number = await cart.empty() + await env.STOCK.count('spoon');
    const limit: 10 = Cart.limit;
    const kept: typeof CartObject = withTimberDurableObject(logger, CartObject);
    const any: AnyClass = kept;
    // @ts-expect-error a method keeps its parameters
    cart.add('1');
    // @ts-expect-error it had none such
    cart.remove(1);
    void [items, count, limit, any];
  }
  // @ts-expect-error a class is wanted
  withTimberDurableObject(logger, { fetch: () => new Response() });
`;

test.each([
  ['timberlog', 'Bundler', 'a page', { ...bundler, ...page }],
  ['timberlog', 'Node16', 'Node', { ...node16, ...node }],
  ['timberlog', 'Bundler', 'a Worker', { ...bundler, ...worker, customConditions: ['workerd'] }],
  ['timberlog/browser', 'Bundler', 'a page', { ...bundler, ...page }],
  ['timberlog/browser', 'Node16', 'a page', { ...node16, ...page }],
  ['timberlog/untracked', 'Bundler', 'a page', { ...bundler, ...page }],
  ['timberlog/untracked', 'Node16', 'a page', { ...node16, ...page }],
  ['timberlog/workers', 'Bundler', 'a Worker', { ...bundler, ...worker }],
  ['timberlog/workers', 'Node16', 'a Worker', { ...node16, ...worker }],
  ['timberlog/workers', 'Node16', 'Node', { ...node16, ...node }],
])("what '%s' declares compiles with module resolution %s in %s", (specifier, _resolution, _place, options) => {
  expect(compileConsumer({ 'consumer.mts': coreConsumer(specifier) }, options)).toEqual([]);
});

test.each([
  ['timberlog/workers', bundler],
  ['timberlog/workers', node16],
  ['timberlog', { ...bundler, customConditions: ['workerd'] }],
])("withTimber of '%s' takes the handlers of a typed Worker", (specifier, options) => {
  expect(compileConsumer({ 'worker.mts': workersConsumer(specifier) }, { ...options, ...worker })).toEqual([]);
});

test.each([
  ['timberlog/workers', bundler],
  ['timberlog/workers', node16],
  ['timberlog', { ...bundler, customConditions: ['workerd'] }],
])("classes that '%s' wraps keep their types", (specifier, options) => {
  const compiled = compileConsumer({ 'worker.mts': classesConsumer(specifier) }, { ...options, ...worker });
  expect(compiled).toEqual([]);
});

test('an application without the library for using compiles too', () => {
  const files = { 'old.mts': "import { createLogger } from 'timberlog/browser';\ncreateLogger({ endpoint: '/' });\n" };
  expect(compileConsumer(files, { ...bundler, lib: libs('es2022', 'dom') })).toEqual([]);
});

describe('the consumers above', () => {
  test.each([
    ['timberlog/browser', page, coreConsumer('')],
    ['timberlog/untracked', page, coreConsumer('')],
    ['timberlog/workers', worker, coreConsumer('') + workersConsumer('') + classesConsumer('')],
  ])("use every name that '%s' exports", (specifier, options, text) => {
    const names = exportsOf(packed.consumer, specifier, { ...bundler, ...options });
    expect(names).toContain('createLogger');
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
  });
});

const compileConsumer = (files: { [name: string]: string }, options: Compilation['options']) =>
  compile({ folder: packed.consumer, files, options });

function link(name: string): void {
  const target = join(packed.consumer, 'node_modules', name);
  mkdirSync(join(target, '..'), { recursive: true });
  symlinkSync(join(root, 'node_modules', name), target, 'junction');
}
