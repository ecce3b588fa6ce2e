import { EventEmitter } from 'node:events';
import { VirtualClock } from '../../../../cluster/runtime/clock';
import type { Reply } from '../../../../cluster/runtime/http/server';
import { EventBus } from '../../../../frameworks/marathon/edge/bus';

/** A response whose peer takes nothing until told to. */
class SlowResponse extends EventEmitter {
  written: string[] = [];
  taken: (() => void)[] = [];
  destroyed = false;
  writeHead(): void {}
  flushHeaders(): void {}
  end(): void {}
  write(text: string, callback: () => void): void {
    this.written.push(text);
    this.taken.push(callback);
  }
  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

function attach(bus: EventBus, types: string[] = []): SlowResponse {
  const raw = new SlowResponse();
  const reply = { raw, hijack: () => ({ raw }) } as unknown as Reply;
  bus.attach({ reply, address: '10.0.0.1', types: new Set(types), headers: {} });
  return raw;
}

const EVENT = { eventType: 'app_terminated_event', timestamp: 'now', appId: '/a' } as const;

describe('the event bus', () => {
  it('greets each reader and writes frames with CRLF, type first', () => {
    const bus = new EventBus(new VirtualClock(0), 10);
    const reader = attach(bus);
    bus.publish(EVENT);
    expect(reader.written).toEqual([
      'event: event_stream_attached\r\ndata: {"remoteAddress":"10.0.0.1","eventType":"event_stream_attached","timestamp":"1970-01-01T00:00:00.000Z"}\r\n\r\n',
      'event: app_terminated_event\r\ndata: {"eventType":"app_terminated_event","timestamp":"now","appId":"/a"}\r\n\r\n',
    ]);
  });

  it('sends only the types a reader wants, its greeting included', () => {
    const bus = new EventBus(new VirtualClock(0), 10);
    const reader = attach(bus, ['app_terminated_event']);
    bus.publish(EVENT);
    bus.publish({ ...EVENT, eventType: 'api_post_event' });
    expect(reader.written).toHaveLength(1);
  });

  it('cuts off a reader that takes no large events, however few', () => {
    const bus = new EventBus(new VirtualClock(0), 1000);
    const slow = attach(bus);
    const large = { ...EVENT, appId: 'x'.repeat(20 * 1024 * 1024) };
    bus.publish(large);
    for (const callback of slow.taken.splice(0)) callback();
    bus.publish(large);
    bus.publish(large);
    expect(slow.destroyed).toBe(false);
    bus.publish(EVENT);
    expect(slow.destroyed).toBe(true);
  });

  it('sends a reader what is shown to them of an event, and nothing of others', () => {
    const bus = new EventBus(new VirtualClock(0), 10);
    const raw = new SlowResponse();
    bus.attach({
      reply: { raw, hijack: () => ({ raw }) } as unknown as Reply,
      address: '10.0.0.1',
      types: new Set(),
      headers: {},
      shown: (event, pod) => {
        if (pod !== undefined) return event;
        return event.eventType === 'deployment_failed' ? { ...event, reason: 'hidden' } : undefined;
      },
    });
    bus.publish(EVENT);
    bus.publish({ eventType: 'deployment_failed', timestamp: 'now', reason: 'of others' });
    bus.publish({ eventType: 'pod_created_event', timestamp: 'now' }, '/a/pod');
    expect(raw.written.map((frame) => frame.split('\r\n')[1])).toEqual([
      'data: {"eventType":"deployment_failed","timestamp":"now","reason":"hidden"}',
      'data: {"eventType":"pod_created_event","timestamp":"now"}',
    ]);
  });

  it('cuts off a reader that takes nothing, and tells the others', () => {
    const bus = new EventBus(new VirtualClock(0), 5);
    const slow = attach(bus);
    const quick = attach(bus);
    for (let index = 0; index < 10; index++) {
      for (const callback of quick.taken.splice(0)) callback();
      bus.publish(EVENT);
    }
    expect(slow.destroyed).toBe(true);
    expect(slow.written).toHaveLength(5);
    expect(quick.destroyed).toBe(false);
    expect(quick.written.some((frame) => frame.includes('event_stream_detached'))).toBe(true);
    expect(bus.size).toBe(1);
  });

  it('sends an empty line every 10 s', () => {
    const clock = new VirtualClock(0);
    const reader = attach(new EventBus(clock, 10));
    clock.advance(20_500);
    expect(reader.written.slice(1)).toEqual(['\r\n', '\r\n']);
  });
});
