// A logger whose parts are joined as a platform does it, over a clock that stands still and a transport that a test
// answers for.
import { awaitFates, createParts } from '../../src/core/join.js';
import { createLedger } from '../../src/core/ledger.js';
import { createLoggerCore } from '../../src/core/logger.js';
import { checkOptions } from '../../src/core/options.js';
import { createTroubles } from '../../src/core/trouble.js';
import type { LoggerOptions, Outcome, Trouble } from '../../src/core/types.js';
import { createWriter } from '../../src/core/writer.js';
import { createContext } from './contextRig.js';
import { createManualTimers } from './manualTimers.js';

export const refused: Outcome = { kind: 'refused', why: 'status 400' };

type Answer = Outcome | undefined | Promise<Outcome>;

export interface RigOptions extends Partial<LoggerOptions> {
  /** What the collector answers; nothing acknowledges. */
  answer?: (body: string) => Answer;
}

/** A logger that has no options yet: `start` gives them. */
export function createUnstartedLogger() {
  const timers = createManualTimers();
  const shared = createContext();
  const ledger = createLedger();
  const core = createLoggerCore(ledger, shared);
  const platform = { forbids: false };
  const bodies: string[] = [];
  const troubles: Trouble[] = [];

  function start({ answer = () => undefined, ...given }: RigOptions = {}) {
    const transport = {
      async send({ text }: { text: string }) {
        bodies.push(text);
        return answer(text);
      },
    };
    const options = {
      endpoint: 'https://logs.example',
      transport,
      onTrouble: (trouble: Trouble) => void troubles.push(trouble),
    };
    const settings = checkOptions({ ...options, ...given }, { context: shared, maxBodyBytes: 49_152 });
    const report = createTroubles(settings.onTrouble);
    const { now } = timers;
    const fetch = () => Promise.reject(new Error('no network here'));
    const { buffer, delivery } = createParts({ settings, ledger, report, fetch, now, catchUp: core.catchUp });
    async function sendAll(): Promise<void> {
      delivery.hurry();
      while (now() >= delivery.notBefore && ['delivered', 'again'].includes(await delivery.sendNext()));
    }
    core.start({
      settings,
      report,
      buffer,
      writer: createWriter({ now: timeOf, random: (bytes) => void bytes.fill(7) }),
      wake() {},
      send(lines, timeoutMs) {
        const fates = awaitFates(ledger, lines, timeoutMs, timers);
        void sendAll();
        return fates;
      },
      saved: () => 0,
      stop() {},
    });
    return { buffer, delivery, sendAll };
  }

  function timeOf(): number {
    if (platform.forbids) throw new Error('there is no time outside of an invocation');
    return timers.now();
  }

  /** The lines that reached the transport, parsed. */
  const sent = (): any[] => bodies.flatMap((body) => body.split('\n').map((line) => JSON.parse(line)));
  return { start, core, logger: core.logger, ledger, shared, timers, platform, bodies, troubles, sent };
}

export function startLogger(options: RigOptions = {}) {
  const unstarted = createUnstartedLogger();
  return { ...unstarted, ...unstarted.start(options) };
}
