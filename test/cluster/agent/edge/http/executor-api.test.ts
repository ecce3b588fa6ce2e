import type { AgentInput } from '../../../../../cluster/agent/core/state/events';
import { ExecutorDoor } from '../../../../../cluster/agent/edge/http/executor-api';
import type { Call, Event } from '../../../../../cluster/api/generated/executor';

const ids = { framework_id: { value: 'f' }, executor_id: { value: 'e' } };
const subscribe: Call = { ...ids, type: 'SUBSCRIBE', subscribe: {} };
const heartbeat: Call = { ...ids, type: 'HEARTBEAT' };

/** A door whose agent knows the framework `f` alone. */
function door() {
  const posted: AgentInput[] = [];
  const missing = ({ framework_id }: Call) =>
    framework_id.value === 'f' ? undefined : 'Framework cannot be found';
  const opened = new ExecutorDoor((event) => posted.push(event), {
    missing,
    unready: () => undefined,
    claims: () => undefined,
  });
  const heard: string[] = [];
  const subscriber = {
    event: ({ type }: Event) => heard.push(String(type)),
    closed: (reason: string) => heard.push(`closed: ${reason}`),
  };
  const streamOf = () =>
    posted.flatMap((event) => (event.kind === 'executor.subscribe' ? [event.stream] : []))[0] ?? '';
  return { opened, posted, heard, subscriber, streamOf };
}

describe('an executor in the process of its agent', () => {
  it('subscribes and hears events until it is closed', () => {
    const { opened, posted, heard, subscriber, streamOf } = door();
    opened.local.subscribe(subscribe, subscriber);
    const stream = streamOf();
    opened.event(stream, { type: 'HEARTBEAT' });
    opened.close(stream, 'not wanted');
    opened.event(stream, { type: 'SHUTDOWN' });
    expect(heard).toEqual(['HEARTBEAT', 'closed: not wanted']);
    expect(posted.map(({ kind }) => kind)).toEqual(['executor.subscribe', 'executor.closed']);
  });

  it('that is not known is refused', () => {
    const { opened, posted, heard, subscriber } = door();
    opened.local.subscribe({ ...subscribe, framework_id: { value: 'x' } }, subscriber);
    expect(heard).toEqual(['closed: Framework cannot be found']);
    expect(posted).toEqual([]);
  });

  it('hears the reason of a call that is refused', () => {
    const { opened, posted } = door();
    const refused: string[] = [];
    for (const _call of [1, 2]) opened.local.call(heartbeat, (reason) => refused.push(reason));
    const requests = posted.flatMap((event) => (event.kind === 'executor.call' ? [event.request] : []));
    opened.answer(requests[0] ?? -1, { status: 202 });
    opened.answer(requests[1] ?? -1, { status: 403, text: 'Executor is not subscribed' });
    expect(refused).toEqual(['403 Executor is not subscribed']);
  });

  it('is closed with all others when the agent stops', () => {
    const { opened, heard, subscriber } = door();
    opened.local.subscribe(subscribe, subscriber);
    opened.breakOffAll();
    expect(heard).toEqual(['closed: the agent stops']);
  });
});
