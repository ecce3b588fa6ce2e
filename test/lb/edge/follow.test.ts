import { PassThrough } from 'node:stream';
import { VirtualClock } from '../../../cluster/runtime/clock';
import type { HttpStream } from '../../../cluster/runtime/http/client';
import { type Logger, silentLogger } from '../../../cluster/runtime/log';
import { Follower, type FollowOptions } from '../../../lb/edge/follow';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

/** A Marathon whose streams and readings are counted; it answers as told. */
class FakeMarathon {
  streams: PassThrough[] = [];
  attempts: number[] = [];
  readings: string[] = [];
  refuses = false;

  constructor(private readonly clock: VirtualClock) {}

  async events(signal: AbortSignal): Promise<HttpStream> {
    this.attempts.push(this.clock.now());
    if (this.refuses) throw new Error('status 503');
    const body = new PassThrough();
    body.on('error', () => undefined);
    signal.addEventListener('abort', () => body.destroy(new Error('aborted')));
    this.streams.push(body);
    return { status: 200, headers: {}, body, close: () => body.destroy() } as unknown as HttpStream;
  }

  async apps(): Promise<unknown> {
    this.readings.push('all');
    return { apps: [] };
  }

  async app(id: string): Promise<unknown> {
    this.readings.push(id);
    return { app: { id } };
  }
}

function setUp(options: Partial<FollowOptions> = {}) {
  const clock = new VirtualClock(1000);
  const marathon = new FakeMarathon(clock);
  const lines: string[] = [];
  const line =
    (level: string) =>
    (fields: object, text: string): void =>
      void lines.push([level, text, ...Object.values(fields)].join(': '));
  const log: Logger = { ...silentLogger, debug: line('debug'), info: line('info'), warn: line('warn') };
  const follower = new Follower({
    ...{ marathon, clock, log, random: () => 0 },
    onApps: async () => undefined,
    onSome: async () => true,
    ...options,
  });
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 50) {
      await settle();
      clock.advance(Math.min(50, left));
    }
    await settle();
  };
  return { clock, marathon, lines, follower, pass };
}

const statusUpdate = (appId: string): string =>
  `event: status_update_event\ndata: ${JSON.stringify({ eventType: 'status_update_event', appId })}\n\n`;

test('the stream tells which app to read, and the apps are read anew once a minute', async () => {
  const { marathon, lines, follower, pass } = setUp();
  follower.start();
  await pass(100);
  expect([follower.streaming, lines]).toEqual([true, ["info: following Marathon's events"]]);
  marathon.readings = [];
  marathon.streams[0]?.write(statusUpdate('/web'));
  await pass(100);
  expect([marathon.readings, follower.events]).toEqual([['/web'], 1]);
  for (let part = 0; part < 7; part++) {
    marathon.streams[0]?.write('\r\n');
    await pass(10_000);
  }
  expect(marathon.readings).toEqual(['/web', 'all']);
  expect(marathon.attempts).toHaveLength(1);
  await follower.stop();
});

test('a broken machine is told, and its stream does not hold up the stop', async () => {
  const ends: string[] = [];
  const { marathon, follower, pass } = setUp({
    onUnreachable: () => {
      throw new Error('a performer failed');
    },
    onBroken: (error) => ends.push(error.message),
  });
  marathon.apps = async () => {
    throw new Error('no answer');
  };
  follower.start();
  await pass(100);
  expect(ends).toEqual(['a performer failed']);
  await follower.stop();
});

test('a stream without a sound for a minute is hung up, and opened again', async () => {
  const { marathon, lines, follower, pass } = setUp();
  follower.start();
  await pass(30_000);
  marathon.streams[0]?.write('\r\n');
  await pass(59_900);
  expect(follower.streaming).toBe(true);
  await pass(200);
  expect([follower.streaming, marathon.streams[0]?.destroyed]).toEqual([false, true]);
  expect(lines.at(-1)).toBe("warn: Marathon's event stream broke: silent for 60 s");
  await pass(300);
  expect([follower.streaming, marathon.attempts.length]).toEqual([true, 2]);
  await follower.stop();
});

test('attempts grow apart while the stream cannot be opened, and the apps are polled', async () => {
  const { marathon, lines, follower, pass } = setUp({ backoffMaxMs: 1000 });
  marathon.refuses = true;
  follower.start();
  await pass(20_000);
  const pauses = marathon.attempts.map((time, index) => time - (marathon.attempts[index - 1] ?? time));
  const [, first = 0, second = 0, ...later] = pauses;
  expect(first).toBeGreaterThanOrEqual(250 * 1.7 * 0.5);
  expect(first).toBeLessThanOrEqual(250 * 1.7 + 50);
  expect(second).toBeGreaterThanOrEqual(250 * 1.7 ** 2 * 0.5);
  expect(Math.max(...later)).toBeLessThanOrEqual(1050);
  expect(Math.min(...later.slice(2))).toBeGreaterThanOrEqual(500);
  expect(lines[0]).toBe("debug: Marathon's event stream cannot be opened: status 503");
  expect(marathon.readings.length).toBeGreaterThanOrEqual(9);
  await follower.stop();
});

test('a stream that ends is opened again soon', async () => {
  const { marathon, lines, follower, pass } = setUp();
  follower.start();
  await pass(100);
  marathon.streams[0]?.end();
  await pass(300);
  expect(lines.slice(1)).toEqual([
    "warn: Marathon's event stream ended",
    "info: following Marathon's events",
  ]);
  await follower.stop();
  expect([marathon.streams[1]?.destroyed, follower.streaming]).toEqual([true, false]);
});

test('without events the apps are read at the interval, and no stream is opened', async () => {
  const { marathon, follower, pass } = setUp({ pollMs: 500 });
  follower.start();
  await pass(1900);
  expect(marathon.attempts).toEqual([]);
  expect(marathon.readings.length).toBe(4);
  await follower.stop();
});
