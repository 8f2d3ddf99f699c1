// As in the README.
import { createLogger, withTimber } from '../../dist/workerd.js';
import { handle } from './handle.js';

const logger = createLogger((env) => ({ endpoint: env.COLLECTOR }));

export default withTimber(logger, { fetch: (request) => handle(request, logger.info) });
