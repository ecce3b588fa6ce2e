/**
 * A wire between a client and a server that can be cut, frozen, or cut inside a frame.
 */

import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class Relay {
  /** Octets from the server that still pass; the connection is cut after them. */
  passLeft = Number.POSITIVE_INFINITY;
  /** Each connection is cut after so many octets from the server. */
  cutEach = Number.POSITIVE_INFINITY;
  /** Nothing passes in either direction, and nobody is told. */
  frozen = false;
  /** How long answers are under way. */
  answersMs = 0;
  /** New connections are refused. */
  closed = false;
  connections = 0;
  /** What clients have sent, one entry a chunk, in order. */
  readonly sent: Buffer[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly target: number,
  ) {}

  static async start(target: number): Promise<Relay> {
    const server = createServer();
    const relay = new Relay(server, target);
    server.on('connection', (socket) => relay.join(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** How many connections there are now. */
  open(): number {
    return this.sockets.size / 2;
  }

  /** Ends all connections. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(near: Socket): void {
    this.connections++;
    if (this.closed) {
      near.destroy();
      return;
    }
    const far = connect(this.target, '127.0.0.1');
    let left = this.cutEach;
    for (const socket of [near, far]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', (bytes) => {
      if (this.frozen) return;
      this.sent.push(bytes);
      far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (this.frozen) return;
      if (this.answersMs > 0) {
        setTimeout(() => near.write(bytes), this.answersMs);
        return;
      }
      near.write(bytes.subarray(0, this.passLeft));
      this.passLeft -= bytes.length;
      left -= bytes.length;
      if (left <= 0) {
        near.end();
        far.destroy();
      }
      if (this.passLeft > 0) return;
      this.passLeft = Number.POSITIVE_INFINITY;
      // What was written goes out before the end.
      near.end();
      far.destroy();
    });
  }
}
