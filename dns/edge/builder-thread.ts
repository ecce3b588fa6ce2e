/**
 * The program of the builder thread: a builder whose messages go to the thread that answers.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../cluster/runtime/clock';
import { collectGarbage } from '../../cluster/runtime/collect-garbage';
import type { Logger } from '../../cluster/runtime/log';
import { startBuilder } from './builder';
import type { FromThread, ThreadData, ToThread } from './builder-supervisor';

/** An answer of more than this is a listing of a large cluster. */
const LARGE_BYTES = 4 * 1024 * 1024;

const port = parentPort;
if (port) run(port, workerData as ThreadData);

function run(to: NonNullable<typeof parentPort>, { config, number }: ThreadData): void {
  const send = (message: FromThread): void => to.postMessage(message);
  /** Parts that are on their way, the first one sent in front. */
  const out: (() => void)[] = [];
  const source = startBuilder(
    config,
    {
      log: logger(send, {}),
      clock: systemClock(),
      settled: collectGarbage,
      number,
      // The supervisor starts another thread.
      onBroken: (error) => {
        setImmediate(() => {
          throw error;
        });
      },
      publish: (change) =>
        new Promise<void>((resolve) => {
          out.push(resolve);
          send({ kind: 'change', change });
        }),
    },
    {
      status: (status) => send({ kind: 'status', status }),
      lost: (reason) => send({ kind: 'lost', reason }),
    },
  );
  to.on('message', (message: ToThread) => {
    if (message.kind === 'taken') out.shift()?.();
    else if (message.kind === 'stop') void source.stop().finally(() => send({ kind: 'stopped' }));
    else {
      const { id } = message;
      source.ask(message.what, message.name).then(
        (body) => {
          const large = body.length > LARGE_BYTES;
          to.postMessage({ kind: 'answer', id, body } satisfies FromThread, [body.buffer as ArrayBuffer]);
          if (large) collectGarbage();
        },
        (error: unknown) => send({ kind: 'answer', id, error: String(error) }),
      );
    }
  });
}

function logger(send: (message: FromThread) => void, always: object): Logger {
  const line =
    (level: keyof Omit<Logger, 'child'>) =>
    (fields: object, text: string): void =>
      send({ kind: 'log', level, fields: { ...always, ...fields }, text });
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (fields) => logger(send, { ...always, ...fields }),
  };
}
