// As in the documentation of @sentry/cloudflare, with logs and nothing else.
import * as Sentry from '@sentry/cloudflare';
import { handle } from './handle.js';

export default Sentry.withSentry((env) => ({ dsn: env.COLLECTOR, enableLogs: true }), {
  fetch: (request) => handle(request, (message, fields) => Sentry.logger.info(message, fields)),
});
