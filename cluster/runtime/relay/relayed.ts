/**
 * A TCP connection in the network namespace of another process, by a small program that enters it.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { Duplex, type Readable } from 'node:stream';
import { builtProgram } from '../built-program';

/** Time that a peer has to take the last bytes, when both directions have ended here. */
const LAST_BYTES_MS = 30_000;

export interface RelayedDestination {
  /** An IP address. */
  readonly host: string;
  readonly port: number;
  readonly signal: AbortSignal;
}

/** Connects in the network namespace of a process. Rejects when nobody listens there. */
export async function connectRelayed(
  pid: number,
  { host, port, signal }: RelayedDestination,
): Promise<Duplex> {
  const program = builtProgram('relay/relay');
  if (program === undefined) throw new Error('the relay was not built: there was no C compiler');
  const child = spawn(program, [`/proc/${pid}/ns/net`, host, String(port)], {
    cwd: '/',
    env: {},
    stdio: ['pipe', 'pipe', 'ignore'],
    signal,
  });
  await connected(child, child.stdout);
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  stream.once('close', () => {
    const isDone = stream.readableEnded && stream.writableFinished;
    // The last bytes may still be on their way in the relay, which ends by itself.
    if (isDone) setTimeout(() => child.kill('SIGKILL'), LAST_BYTES_MS).unref();
    else child.kill('SIGKILL');
  });
  return stream;
}

/** Resolves with the first byte that the relay writes. */
function connected(child: ChildProcess, output: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.stdin?.on('error', () => undefined);
    child.once('exit', (code) => reject(new Error(`connect ${errorName(code)}`)));
    output.once('readable', () => {
      if (output.read(1) !== null) resolve();
    });
  });
}

function errorName(code: number | null): string {
  const names = Object.entries(constants.errno);
  return names.find(([, number]) => number === code)?.[0] ?? `failed with ${code}`;
}
