// The handler without a logger.
import { handle } from './handle.js';

export default {
  fetch: (request) => handle(request, () => {}),
};
