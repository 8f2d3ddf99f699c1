// The Worker's own logger. Its lines go straight to the collector's code: a Worker has no address of its own to fetch.
import { createLogger } from 'timberlog/workers';
import { store } from './collector.js';
import type { Env } from './env.js';

export const logger = createLogger((env: Env) => ({
  endpoint: 'https://timberlog-demo.invalid/v1/logs',
  key: env.TIMBER_KEY,
  name: 'shop-api',
  release: { version: '1.0.0' },
  transport: {
    async send(body) {
      const answer = await store(body.text, env);
      if (!answer.ok) return { kind: answer.status === 400 ? 'refused' : 'retry', why: `HTTP ${answer.status}` };
    },
  },
}));
