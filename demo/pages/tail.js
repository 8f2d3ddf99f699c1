// The WebSocket over which lines arrive: connected again whenever it ends, and nothing missed meanwhile.

const shortestWaitMs = 500;
const longestWaitMs = 10_000;
// A connection that a sleeping laptop or a proxy dropped ends without an event; one that does not answer is dead.
const askEveryMs = 15_000;

/**
 * @param {object} watcher
 * @param {() => Promise<void>} watcher.catchUp reads what arrived before the connection; lines may come twice
 * @param {(lines: { seq: number, at: number, line: object }[]) => void} watcher.onLines
 * @param {(state: 'connecting' | 'live' | 'lost') => void} watcher.onState
 */
export function watchTail({ catchUp, onLines, onState }) {
  let waitMs = shortestWaitMs;
  let waiting;

  function connect() {
    clearTimeout(waiting);
    waiting = undefined;
    const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/v1/tail`);
    let answered = true;
    const asking = setInterval(() => {
      if (!answered) return socket.close();
      answered = false;
      if (socket.readyState === WebSocket.OPEN) socket.send('ping');
    }, askEveryMs);

    socket.addEventListener('open', async () => {
      try {
        await catchUp();
        waitMs = shortestWaitMs;
        if (socket.readyState === WebSocket.OPEN) onState('live');
      } catch {
        socket.close();
      }
    });
    socket.addEventListener('message', ({ data }) => {
      answered = true;
      if (data !== 'pong') onLines(JSON.parse(data).lines);
    });
    socket.addEventListener('close', () => {
      clearInterval(asking);
      onState('lost');
      waiting = setTimeout(connect, waitMs * (0.5 + Math.random()));
      waitMs = Math.min(waitMs * 2, longestWaitMs);
    });
  }

  // No reason to wait on, once the network is back.
  addEventListener('online', () => waiting && connect());
  onState('connecting');
  connect();
}
