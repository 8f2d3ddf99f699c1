// The shop's API: an ordinary Worker, instrumented. Each request is a withTimber invocation with a context of its own;
// what is learnt on the way (the shopper, the cart, the job) is put into it, and every line below carries it.
import { context, withTimber } from 'timberlog/workers';
import { products, type Shopper, shoppers } from './catalogue.js';
import type { Env } from './env.js';
import { logger } from './logger.js';

export const shop = withTimber(logger, {
  async fetch(request: Request, _env: Env, _ctx: ExecutionContext): Promise<Response> {
    const shopper = shopperOf(request);
    if (shopper) context.set({ user: shopper });
    const { pathname } = new URL(request.url);
    const route = routes[`${request.method} ${pathname}`];
    if (!route) {
      logger.warn('No such route');
      return refusal(404, 'No such route.');
    }
    const body = request.method === 'POST' ? await readObject(request) : {};
    if (!body) {
      logger.warn('Body refused', { reason: 'not a JSON object' });
      return refusal(400, 'The body is not a JSON object.');
    }
    return route(body, shopper);
  },
});

type Body = Record<string, unknown>;
type Route = (body: Body, shopper: Shopper | undefined) => Response | Promise<Response>;

const routes: { [methodAndPath: string]: Route } = {
  'GET /api/shop'(_body, shopper) {
    logger.debug('Catalogue read');
    return Response.json({ products, shoppers, shopper: shopper ?? null });
  },

  'POST /api/login'({ id }) {
    const shopper = shoppers.find((one) => one.id === id);
    if (!shopper) {
      logger.warn('Login refused', { reason: 'unknown shopper' });
      return refusal(403, 'Nobody by that name shops here.');
    }
    context.set({ user: shopper });
    logger.info('Session started');
    return Response.json(shopper, { headers: { 'Set-Cookie': sessionCookie(shopper.id) } });
  },

  'POST /api/logout'() {
    logger.info('Session ended');
    return Response.json({}, { headers: { 'Set-Cookie': `${sessionCookie('')}; Max-Age=0` } });
  },

  'POST /api/cart'({ cart, product: id }) {
    return context({ cart: { id: cart } }, async () => {
      const product = products.find((one) => one.id === id);
      if (!product) return refusal(404, 'No such product.');
      if (!(await isInStock(product.id))) {
        logger.warn('Product is sold out', { product: { id: product.id } });
        return refusal(409, `${product.name}: sold out.`);
      }
      logger.info('Product reserved', { product: { id: product.id, price: product.price } });
      return Response.json(product);
    });
  },

  'POST /api/checkout'({ cart, products: ids }) {
    if (!Array.isArray(ids)) return refusal(400, 'products is not a list.');
    const amount = ids.reduce((sum, id) => sum + (products.find((one) => one.id === id)?.price ?? 0), 0);
    return context({ cart: { id: cart, amount } }, async () => {
      if (await isOverLimit(amount)) {
        logger.warn('Payment rejected', { payment_rejected: { amount, reason: 'over the limit' } });
        return refusal(402, `The bank says no to €${amount}. Its limit is €${paymentLimit}.`);
      }
      logger.info('Payment accepted', { payment_accepted: { amount } });
      return Response.json({ amount });
    });
  },

  'POST /api/job'({ id, count }) {
    return context({ job: { id, count } }, async () => {
      logger.info('Job step taken on');
      await scheduler.wait(20);
      logger.info('Job step done');
      return Response.json({ id, count });
    });
  },
};

const paymentLimit = 150;

// These stand for the database and the bank: other machines, so that the answers take a while.
async function isInStock(id: string): Promise<boolean> {
  await scheduler.wait(20);
  return products.some((one) => one.id === id && one.inStock);
}

async function isOverLimit(amount: number): Promise<boolean> {
  await scheduler.wait(40);
  return amount > paymentLimit;
}

async function readObject(request: Request): Promise<Body | undefined> {
  try {
    const body = await request.json();
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Body) : undefined;
  } catch {
    return undefined;
  }
}

function shopperOf(request: Request): Shopper | undefined {
  const id = /(?:^|;\s*)shopper=([^;]*)/.exec(request.headers.get('Cookie') ?? '')?.[1];
  return shoppers.find((one) => one.id === id);
}

const sessionCookie = (id: string) => `shopper=${id}; Path=/api; HttpOnly; SameSite=Lax`;

const refusal = (status: number, error: string) => Response.json({ error }, { status });
