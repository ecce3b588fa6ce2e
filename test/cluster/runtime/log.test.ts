import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, silentLogger } from '../../../cluster/runtime/log';

describe('a log', () => {
  const folder = mkdtempSync(join(tmpdir(), 'meseta-log-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const lines = (file: string) =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('has each line on disk when the call returns, with fields and the ones of a child', () => {
    const file = join(folder, 'deep', 'a.log');
    const log = createLogger({ file, level: 'info' });
    log.debug({}, 'too small to tell');
    log.info({ task: 't1' }, 'started');
    log.child({ part: 'dns' }).warn({}, 'late');
    expect(lines(file)).toEqual([
      expect.objectContaining({ level: 30, msg: 'started', task: 't1', time: expect.any(String) }),
      expect.objectContaining({ level: 40, msg: 'late', part: 'dns' }),
    ]);
  });

  it('stars out what looks like a secret', () => {
    const file = join(folder, 'secret.log');
    createLogger({ file }).info({ password: 'hunter2', request: { authorization: 'hunter2' } }, 'asked');
    expect(readFileSync(file, 'utf8')).not.toContain('hunter2');
    expect(lines(file)).toHaveLength(1);
  });

  it('on a full disk loses lines, and nothing else', () => {
    const log = createLogger({ file: '/dev/full' });
    for (let count = 0; count < 3000; count++) log.info({ count }, 'x'.repeat(1000));
    expect(() => log.error({}, 'still there')).not.toThrow();
  });

  it('of tests says nothing', () => {
    expect(silentLogger.child({ a: 'b' }).error({}, 'x')).toBeUndefined();
  });
});
