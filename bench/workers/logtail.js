// As in the README of @logtail/edge, but for batchSize: with its default of 1,000 a request's lines wait for those of
// others, and as one request may not wait for another one's promise, workerd never answers the request after that.
import { Logtail } from '@logtail/edge';
import { handle } from './handle.js';

let baseLogger;

export default {
  fetch(request, env, ctx) {
    baseLogger ??= new Logtail('source-token', { endpoint: env.COLLECTOR, batchSize: 10 });
    const logger = baseLogger.withExecutionContext(ctx);
    return handle(request, (message, fields) => logger.info(message, fields));
  },
};
