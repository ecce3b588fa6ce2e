import { Lifetime, StartError } from '../../../cluster/runtime/lifecycle';

/** Starts three things; the start after them fails when told to. */
function begin(log: string[], failure?: Error) {
  return async (life: Lifetime): Promise<{ name: string }> => {
    for (const name of ['first', 'second', 'third']) {
      life.add(async () => {
        log.push(name);
      });
    }
    if (failure) throw failure;
    return { name: 'whole' };
  };
}

describe('a lifetime', () => {
  it('stops in reverse what was started, once', async () => {
    const log: string[] = [];
    const whole = await Lifetime.start(begin(log));
    expect(whole.name).toBe('whole');
    expect(log).toEqual([]);
    await Promise.all([whole.stop(), whole.stop()]);
    await whole.stop();
    expect(log).toEqual(['third', 'second', 'first']);
  });

  it('stops what was started when the rest cannot start, and passes the reason on', async () => {
    const log: string[] = [];
    const failure = new StartError('the port is taken');
    await expect(Lifetime.start(begin(log, failure))).rejects.toBe(failure);
    expect(log).toEqual(['third', 'second', 'first']);
  });

  it('passes the reason on also when something started cannot be stopped', async () => {
    const failure = new StartError('the port is taken');
    const start = Lifetime.start(async (life) => {
      life.add(() => {
        throw new Error('cannot stop');
      });
      throw failure;
    });
    await expect(start).rejects.toBe(failure);
  });

  it('stops the others when one cannot be stopped, and says so', async () => {
    const log: string[] = [];
    const whole = await Lifetime.start(async (life) => {
      life.add(() => void log.push('first'));
      life.add(() => {
        throw new Error('stuck');
      });
      life.add(() => void log.push('third'));
      return {};
    });
    await expect(whole.stop()).rejects.toMatchObject({ errors: [new Error('stuck')] });
    expect(log).toEqual(['third', 'first']);
  });
});
