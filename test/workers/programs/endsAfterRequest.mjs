// Handles one request, and ends because nothing is left to do.
import { createLogger, withTimber } from 'timberlog';

const logger = createLogger({ endpoint: process.argv[2] });
const app = withTimber(logger, {
  fetch() {
    logger.info('last request');
    return new Response('ok');
  },
});
await app.fetch(new Request('http://shop.test/'));
