import { VirtualClock } from '../../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../../cluster/runtime/log';
import type { DeliveryFailure } from '../../../../../frameworks/chronos/core/notify/delivery';
import type { NoticeKind } from '../../../../../frameworks/chronos/core/notify/notice';
import type { Channel, Delivery } from '../../../../../frameworks/chronos/edge/notify/channel';
import { Notifier } from '../../../../../frameworks/chronos/edge/notify/notifier';
import { noticeOf } from '../../notices';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A channel whose answers a test scripts; without one it delivers. */
class ScriptedChannel implements Channel {
  readonly delivered: string[] = [];
  attempts = 0;
  isClosed = false;

  constructor(
    readonly name: string,
    private readonly answer: (attempt: number) => Promise<DeliveryFailure | undefined>,
  ) {}

  receivers(): readonly string[] {
    return [this.name];
  }

  async deliver({ message }: Delivery): Promise<DeliveryFailure | undefined> {
    const failure = await this.answer(++this.attempts);
    if (failure === undefined) this.delivered.push(message.subject);
    return failure;
  }

  close(): void {
    this.isClosed = true;
  }
}

const works = (): Promise<undefined> => Promise.resolve(undefined);
const fails = (isPermanent = false) => Promise.resolve({ reason: 'down', isPermanent });
const hangs = (): Promise<undefined> => new Promise(() => undefined);

function notifierOf(channels: readonly Channel[], rules: readonly NoticeKind[] = ['failed']) {
  const clock = new VirtualClock();
  const counts = { delivered: 0, failed: 0 };
  const errors: object[] = [];
  const notifier = new Notifier({
    channels,
    rules: new Set(rules),
    clusterName: undefined,
    clock,
    log: { ...silentLogger, error: (fields) => void errors.push(fields) },
    metrics: {
      delivered: { inc: () => void counts.delivered++ },
      failed: { inc: () => void counts.failed++ },
    },
  });
  return { notifier, clock, counts, errors };
}

describe('a notifier', () => {
  it('delivers what its rules name, to every channel', async () => {
    const channels = [new ScriptedChannel('mail', works), new ScriptedChannel('slack', works)];
    const { notifier, counts } = notifierOf(channels);
    notifier.notify(noticeOf());
    notifier.notify(noticeOf({ kind: 'recovered' }));
    await settle();
    expect(channels.map(({ delivered }) => delivered)).toEqual(
      Array(2).fill([" [Chronos] job 'a' failed!"]) as string[][],
    );
    expect(counts).toEqual({ delivered: 2, failed: 0 });
  });

  it('tries again until the receiver is back', async () => {
    const channel = new ScriptedChannel('http', (attempt) => (attempt < 3 ? fails() : works()));
    const { notifier, clock, counts } = notifierOf([channel]);
    notifier.notify(noticeOf());
    await clock.advanceSettled(35_000, settle);
    expect(channel.attempts).toBe(3);
    expect(counts).toEqual({ delivered: 1, failed: 0 });
  });

  it('gives up after six attempts, and logs it', async () => {
    const channel = new ScriptedChannel('http', () => fails());
    const { notifier, clock, counts, errors } = notifierOf([channel]);
    notifier.notify(noticeOf());
    await clock.advanceSettled(3_600_000, settle);
    expect(channel.attempts).toBe(6);
    expect(counts).toEqual({ delivered: 0, failed: 1 });
    expect(errors).toEqual([
      { channel: 'http', receiver: 'http', notice: 'failed', job: 'a', attempts: 6, reason: 'down' },
    ]);
  });

  it('gives up at once after a permanent failure', async () => {
    const channel = new ScriptedChannel('http', () => fails(true));
    const { notifier, clock, counts } = notifierOf([channel]);
    notifier.notify(noticeOf());
    await clock.advanceSettled(3_600_000, settle);
    expect(channel.attempts).toBe(1);
    expect(counts.failed).toBe(1);
  });

  it('keeps a bounded number of notices for a channel that hangs, and serves the others', async () => {
    const stuck = new ScriptedChannel('mail', hangs);
    const other = new ScriptedChannel('slack', works);
    const { notifier, counts } = notifierOf([stuck, other]);
    for (let index = 0; index < 1010; index++) {
      notifier.notify(noticeOf());
      await settle();
    }
    expect(other.delivered).toHaveLength(1010);
    expect(stuck.attempts).toBe(4);
    expect(counts).toEqual({ delivered: 1010, failed: 6 });
  });

  it('delivers nothing after its stop', async () => {
    const channel = new ScriptedChannel('http', () => fails());
    const { notifier, clock } = notifierOf([channel]);
    notifier.notify(noticeOf());
    await settle();
    notifier.stop();
    await clock.advanceSettled(3_600_000, settle);
    expect(channel.attempts).toBe(1);
    expect(channel.isClosed).toBe(true);
  });
});
