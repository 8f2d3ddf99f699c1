// A part of an invocation with more to say: a message of a batch, a step of a workflow.
import type { Context, Fields } from '../core/types.js';
import type { Invocation } from './invocations.js';
import { contextOf } from './workerLogger.js';

/** Runs fn with fields in the contexts of the invocation's loggers. What it throws is logged with them, once. */
export async function runPart(invocation: Invocation, fields: Fields, fn: () => unknown): Promise<unknown> {
  const guarded = async (): Promise<unknown> => {
    try {
      return await fn();
    } catch (error) {
      invocation.tell(error);
      throw error;
    }
  };
  const contexts = new Set<Context>(invocation.loggers.map(contextOf));
  const enter = (inner: () => Promise<unknown>, context: Context) => () => context(fields, inner);
  return [...contexts].reduce(enter, guarded)();
}

/** As much of Cloudflare's MessageBatch as is used. */
export interface QueueBatch<Message extends QueueMessage> {
  readonly queue: string;
  readonly messages: readonly Message[];
}

export interface QueueMessage {
  readonly id: string;
  readonly attempts: number;
}
