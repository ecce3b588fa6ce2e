import type { MessageName } from '../../../../cluster/api/generated/messages';
import { encodeProtobuf } from '../../../../cluster/api/protobuf';
import { readAgentMessage } from '../../../../cluster/master/edge/agents';
import { isSubscription, readDriverMessage } from '../../../../cluster/master/edge/drivers';
import { driverPid } from '../driver-words';

const pid = driverPid('web');
const LIMITS = { memoryBytes: 4096, programSize: 100 };
const framework_id = { value: 'f' };
const framework = { name: 'n', user: 'u' };

const message = (name: string, value: object) => ({
  from: pid,
  name,
  body: Buffer.from(encodeProtobuf(name as MessageName, value as never)),
});
const read = (name: string, value: object) => readDriverMessage(message(name, value), LIMITS);

describe("a driver's message", () => {
  it('subscribes in three forms', () => {
    const id = { value: 'f' };
    expect(read('mesos.internal.RegisterFrameworkMessage', { framework })).toEqual({
      kind: 'driver.subscribe',
      pid,
      subscribe: { framework_info: framework },
      force: false,
      form: 'first',
    });
    const again = { framework: { ...framework, id }, failover: true };
    expect(read('mesos.internal.ReregisterFrameworkMessage', again)).toMatchObject({
      subscribe: { framework_info: { id } },
      force: true,
      form: 'again',
    });
    const subscribe = { framework_info: framework, force: true, suppressed_roles: ['a'] };
    const read_ = read('mesos.scheduler.Call', { type: 'SUBSCRIBE', subscribe });
    expect(read_).toMatchObject({
      kind: 'driver.subscribe',
      subscribe: { framework_info: framework, suppressed_roles: ['a'] },
      force: true,
      form: 'call',
    });
    expect(read_).not.toHaveProperty('subscribe.force');
  });

  it('may have an empty id for none', () => {
    const empty = { ...framework, id: { value: '' } };
    expect(read('mesos.internal.RegisterFrameworkMessage', { framework: empty })).toMatchObject({
      subscribe: { framework_info: { id: undefined } },
    });
    const call = { type: 'SUBSCRIBE', framework_id: { value: '' }, subscribe: { framework_info: empty } };
    expect(read('mesos.scheduler.Call', call)).toMatchObject({ kind: 'driver.subscribe' });
  });

  it('is a call to be refused if a SUBSCRIBE names two frameworks', () => {
    const call = { type: 'SUBSCRIBE', framework_id, subscribe: { framework_info: framework } };
    expect(read('mesos.scheduler.Call', call)).toMatchObject({ kind: 'driver.call', call });
    expect(read('mesos.scheduler.Call', { type: 'SUBSCRIBE' })).toMatchObject({ kind: 'driver.call' });
  });

  it('declines by a launch without tasks', () => {
    const offer_ids = [{ value: 'o' }];
    const filters = { refuse_seconds: 1 };
    expect(read('mesos.internal.LaunchTasksMessage', { framework_id, offer_ids, filters })).toMatchObject({
      call: { type: 'DECLINE', framework_id, decline: { offer_ids, filters } },
    });
  });

  it('has the regular expressions of its offer constraints as programs', () => {
    const selector = { attribute_name: 'a' };
    const predicate = { text_matches: { regex: 'x+' } };
    const groups = [{ attribute_constraints: [{ selector, predicate }] }];
    const offer_constraints = { role_constraints: { '*': { groups } } };
    const subscribe = { framework_info: framework, offer_constraints };
    expect(read('mesos.scheduler.Call', { type: 'SUBSCRIBE', subscribe })).toHaveProperty('patterns.x+');
  });

  it('is told apart from those of agents and unknown ones', () => {
    const names = ['mesos.internal.PongSlaveMessage', 'constructor', '__proto__', 'toString', ''];
    for (const name of names) {
      const made = { from: pid, name, body: Buffer.alloc(0) };
      expect(readDriverMessage(made, LIMITS)).toBeUndefined();
      expect(isSubscription(made)).toBe(false);
      if (!name.startsWith('mesos')) expect(readAgentMessage(made)).toBeUndefined();
    }
  });
});
