import { silentLogger } from '../../../cluster/runtime/log';
import { CHECK_EVENTS, SelfCheck } from '../../../cluster/runtime/self-check';

const MINUTE_MS = 60_000;

/** A check on a clock that only checks move: each takes `tookMs`. */
function start(check: (state: string[]) => readonly string[] = (state) => state) {
  const lines: string[] = [];
  const log = {
    ...silentLogger,
    info: (fields: object, text: string) => void lines.push(`info ${text} ${JSON.stringify(fields)}`),
    error: (fields: object, text: string) => void lines.push(`error ${text} ${JSON.stringify(fields)}`),
  };
  const time = { now: 0, tookMs: 1, checks: 0 };
  const state: string[] = [];
  const selfCheck = new SelfCheck<string[]>({
    name: 'toy',
    log,
    now: () => time.now,
    check: (checked) => {
      time.checks += 1;
      time.now += time.tookMs;
      return check(checked);
    },
  });
  const events = (count: number): void => {
    for (let event = 0; event < count; event++) selfCheck.handled(state);
  };
  return { selfCheck, state, time, lines, events };
}

describe('the check of a state in production', () => {
  it('runs after each thousandth event', () => {
    const { time, events } = start();
    time.tookMs = 0;
    events(CHECK_EVENTS - 1);
    expect(time.checks).toBe(0);
    events(1);
    expect(time.checks).toBe(1);
    events(CHECK_EVENTS);
    expect(time.checks).toBe(2);
  });

  it('takes a hundredth of the time, however many events come', () => {
    const { time, events } = start();
    const began = time.now;
    for (let round = 0; round < 100; round++) {
      events(CHECK_EVENTS);
      time.now += 30;
    }
    expect(time.checks).toBeGreaterThan(20);
    expect(time.checks / (time.now - began)).toBeLessThanOrEqual(0.01);
  });

  it('lets a state rest for an hour whose check holds everybody up for more than 50 ms', () => {
    const { time, events } = start();
    time.tookMs = 51;
    events(CHECK_EVENTS);
    time.now += 59 * MINUTE_MS;
    events(CHECK_EVENTS);
    expect(time.checks).toBe(1);
    time.now += MINUTE_MS;
    events(1);
    expect(time.checks).toBe(2);
  });

  it('logs violations once, counts them each time, and tells when they are over', () => {
    const { selfCheck, state, time, lines, events } = start();
    const again = (): void => {
      events(CHECK_EVENTS);
      time.now += MINUTE_MS;
    };
    again();
    expect(lines).toEqual([]);
    state.push('a task twice', 'an offer of nobody');
    again();
    again();
    expect(lines).toEqual([
      'error invariants are violated: the process goes on; restart it to rebuild its state, and report this ' +
        '{"machine":"toy","violations":2,"text":"a task twice; an offer of nobody"}',
    ]);
    expect(selfCheck.violations).toBe(4);
    state.length = 0;
    again();
    expect(lines.slice(1)).toEqual(['info invariants hold again {"machine":"toy"}']);
    expect(selfCheck.violations).toBe(4);
  });

  it('names five violations of many', () => {
    const { state, lines, events } = start();
    for (let index = 0; index < 100; index++) state.push(`wrong ${index}`);
    events(CHECK_EVENTS);
    expect(lines[0]).toContain('"violations":100,"text":"wrong 0; wrong 1; wrong 2; wrong 3; wrong 4"');
  });

  it('counts a check that throws as a violation, and goes on', () => {
    const { selfCheck, lines, events } = start(() => {
      throw new Error('no such framework');
    });
    events(CHECK_EVENTS);
    expect(lines[0]).toContain('"text":"the check failed: no such framework"');
    expect(selfCheck.violations).toBe(1);
  });
});
