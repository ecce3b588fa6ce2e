import { machine, plainTurn, type Turn } from '../../../cluster/model/machine';
import { timersOf } from '../../../cluster/model/timers';
import { VirtualClock } from '../../../cluster/runtime/clock';
import { HttpClient } from '../../../cluster/runtime/http/client';
import { StartError } from '../../../cluster/runtime/lifecycle';
import { silentLogger } from '../../../cluster/runtime/log';
import { type ProcessDeps, startProcess } from '../../../cluster/runtime/process';
import { Requests } from '../../../cluster/runtime/requests';

interface Events {
  'number.added': { readonly request: number; readonly by: number };
  failed: Record<never, never>;
  woke: { readonly timer: string };
}
type Effect = { readonly kind: 'answer'; readonly request: number; readonly total: number };
type Boot = { readonly port: number };
interface Sum {
  readonly port: number;
  total: number;
}

/** Adds numbers up, and answers each with the sum so far. */
const adder = machine<Sum, Events, Effect, Record<never, never>, Boot, Turn<Sum, Effect>>({
  name: 'adder',
  init: ({ port }) => ({ port, total: 0 }),
  start: plainTurn,
  transitions: {
    'number.added': ({ state, effects }, { request, by }) => {
      state.total += by;
      effects.push({ kind: 'answer', request, total: state.total });
    },
    failed: () => {
      throw new Error('the sum is wrong');
    },
  },
  timers: timersOf({}),
  woke: {},
});

function start(deps: Partial<ProcessDeps> & { lines?: string[]; port?: number; fails?: boolean } = {}) {
  const { lines = [], port = 0, fails = false } = deps;
  return startProcess(
    { log: silentLogger, clock: new VirtualClock(), ...deps },
    {
      machine: adder,
      parts: (context) => {
        lines.push('parts');
        context.life.add(() => void lines.push('parts stopped'));
        context.core.post({ kind: 'failed' });
        return { context, requests: new Requests<number>() };
      },
      server: ({ context, requests }) => ({
        what: 'the adder',
        address: '127.0.0.1',
        port,
        addressFlag: '--ip',
        portFlag: '--port',
        routes: [
          {
            path: '/add',
            methods: {
              POST: (_request, reply) => {
                const request = requests.add((total) => void reply.send(String(total)));
                context.core.post({ kind: 'number.added', request, by: 2 });
                return reply;
              },
            },
          },
        ],
      }),
      boot: ({ context }) => ({ port: context.server().port }),
      performers: ({ context, requests }) => {
        lines.push('performers');
        context.life.add(() => void lines.push('performers stopped'));
        return { answer: ({ request, total }) => requests.answer(request, total) };
      },
      start: ({ context }) => {
        lines.push('start');
        context.life.add(() => void lines.push('start stopped'));
        if (fails) throw new StartError('no reason');
        return { core: context.core, http: context.server() };
      },
    },
  );
}

describe('the skeleton of a process', () => {
  const client = new HttpClient();
  afterAll(() => client.close());

  it('answers requests by its machine, which has the port in its boot value', async () => {
    const running = await start();
    expect(running.core.read(({ port }) => port)).toBe(running.http.port);
    const ask = async () =>
      (await client.request({ method: 'POST', url: `${running.http.url}/add` })).body.toString();
    expect([await ask(), await ask()]).toEqual(['2', '4']);
    expect(running.core.handled).toBe(2);
    await running.stop();
  });

  it('starts its stages in order, and stops them in reverse', async () => {
    const lines: string[] = [];
    const running = await start({ lines });
    await running.stop();
    expect(lines).toEqual([
      ...['parts', 'performers', 'start'],
      ...['start stopped', 'performers stopped', 'parts stopped'],
    ]);
  });

  it('stops what it has started when a stage fails', async () => {
    const lines: string[] = [];
    await expect(start({ lines, fails: true })).rejects.toThrow(StartError);
    expect(lines.slice(3)).toEqual(['start stopped', 'performers stopped', 'parts stopped']);
  });

  it('names the flag of a port that is in use', async () => {
    const running = await start();
    await expect(start({ port: running.http.port })).rejects.toThrow('--port');
    await running.stop();
  });

  it('tells that it ends when its machine breaks', async () => {
    const reasons: string[] = [];
    const running = await start({ onEnd: (reason) => reasons.push(reason) });
    running.core.post({ kind: 'failed' });
    expect(reasons).toEqual([expect.stringContaining('the sum is wrong')]);
    await running.stop();
  });

  it('records its events from the boot on', async () => {
    const entries: unknown[] = [];
    const running = await start({
      record: ({ machine: name }) => {
        entries.push(name);
        return { event: (event) => entries.push(event), end: async () => void entries.push('end') };
      },
    });
    running.core.post({ kind: 'number.added', request: 7, by: 1 });
    await running.stop();
    expect(entries).toEqual(['adder', { kind: 'number.added', request: 7, by: 1, at: 0 }, 'end']);
  });
});
