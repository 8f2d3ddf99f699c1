// A WebSocket server that sends back what it gets: the handshake and short frames, which is all that tests need
// (https://www.rfc-editor.org/rfc/rfc6455#section-5.2).
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { closeWithTest } from './closeWithTest.js';

export interface WebSocketServer {
  /** ws://localhost:port */
  readonly url: string;
  close(): Promise<void>;
}

const closeFrame = 0x8;

/** One started in a test closes when that test ends. */
export async function startWebSocketServer(): Promise<WebSocketServer> {
  const server = createServer();
  const sockets = new Set<Duplex>();
  server.on('upgrade', (request, socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    const accepted = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    const answer = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
    socket.write(`${[...answer, `Sec-WebSocket-Accept: ${accepted}`].join('\r\n')}\r\n\r\n`);
    echoFrames(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  closeWithTest(close);
  return { url: `ws://localhost:${(server.address() as AddressInfo).port}`, close };
}

/** Frames of at most 125 bytes, each in one piece; they come masked and go back plain. */
function echoFrames(socket: Duplex): void {
  let received = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 6) {
      const length = received[1]! & 0x7f;
      if (received.length < 6 + length) return;
      const mask = received.subarray(2, 6);
      const payload = received.subarray(6, 6 + length).map((byte, i) => byte ^ mask[i % 4]!);
      socket.write(Buffer.concat([Buffer.from([received[0]!, length]), payload]));
      if ((received[0]! & 0xf) === closeFrame) socket.end();
      received = received.subarray(6 + length);
    }
  });
}
