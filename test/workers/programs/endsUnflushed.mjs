// Logs, and ends because nothing is left to do.
import { context, createLogger } from 'timberlog';

const logger = createLogger({ endpoint: process.argv[2] });
context({ job: { id: 123 } }, () => setTimeout(() => logger.info('last words'), 10));
