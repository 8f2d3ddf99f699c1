// What any logger that sends after each request cannot go below: one sub-request, with lines that cost nothing to make.
import { handle } from './handle.js';

const line = JSON.stringify({ message: 'Order processed, step 1', order: { id: 1, amount: 100 }, step: 1 });
const body = Array(10).fill(line).join('\n');

async function send(env) {
  const response = await fetch(env.COLLECTOR, { method: 'POST', body });
  await response.body?.cancel();
}

export default {
  fetch(request, env, ctx) {
    ctx.waitUntil(send(env));
    return handle(request, () => {});
  },
};
