import { MasterAuthentication } from '../../../../cluster/agent/edge/master/master-authentication';
import type { MessageName } from '../../../../cluster/api/generated/messages';
import { decodeProtobuf, encodeProtobuf } from '../../../../cluster/api/protobuf';
import { PeerAuthentication } from '../../../../cluster/master/edge/peer-authentication';
import { answerChallenge } from '../../../../cluster/runtime/auth/cram-md5';
import { VirtualClock } from '../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../cluster/runtime/log';
import { type Message, MessageRouter, type Receiver } from '../../../../cluster/runtime/messages/receive';
import { keepingLogger } from '../../runtime/recorded-log';

const AGENT = 'slave(1)@10.0.0.1:5051';
const PEER = 'crammd5-authenticatee(1)@10.0.0.1:5051';
const MASTER = 'master@10.0.0.9:5050';
const REGISTER = 'mesos.internal.RegisterSlaveMessage';

/** A master's side and an agent's, with the wire between them played by hand. */
class Wire {
  readonly clock = new VirtualClock(0);
  readonly log = keepingLogger();
  readonly processes = new Map<string, Receiver>();
  readonly sent: { to: string; name: string; body: Uint8Array; fromId: string }[] = [];
  readonly admitted: string[] = [];
  readonly master: PeerAuthentication;

  constructor(
    given: { required?: boolean; knownMax?: number; secrets?: ReadonlyMap<string, string> | undefined } = {},
  ) {
    const messages = new MessageRouter(silentLogger);
    messages.register = (id, receiver) => {
      this.processes.set(id, receiver);
      return () => this.processes.delete(id);
    };
    this.master = new PeerAuthentication({
      secrets: 'secrets' in given ? given.secrets : new Map([['ann', 'secret']]),
      required: given.required ?? true,
      ...(given.knownMax !== undefined && { knownMax: given.knownMax }),
      timeoutMs: 15_000,
      clock: this.clock,
      log: this.log,
      messages,
      send: (to, name, body, fromId) => this.sent.push({ to, name, body, fromId }),
      admit: ({ from }) => this.admitted.push(from),
    });
  }

  agent(secret: string): MasterAuthentication {
    return new MasterAuthentication({
      credential: { principal: 'ann', secret },
      pid: () => AGENT,
      clock: this.clock,
      log: this.log,
      send: (to, name, body) => this.deliver(to, { from: PEER, name, body: Buffer.from(body) }),
    });
  }

  deliver(to: string, message: Message): void {
    const id = to.split('@')[0] ?? '';
    if (id === 'master') this.master.passes(message);
    else this.processes.get(id)?.(message);
  }

  /** Carries what the master said to the agent until nobody says anything. */
  run(agent: MasterAuthentication): void {
    for (let next = this.sent.shift(); next; next = this.sent.shift()) {
      const { name, body, fromId } = next;
      agent.receive({ from: `${fromId}@10.0.0.9:5050`, name, body: Buffer.from(body) });
    }
  }

  say(name: MessageName, message: object, from = PEER): { name: string; message: unknown } | undefined {
    const body = Buffer.from(encodeProtobuf(name, message as never));
    const id = [...this.processes.keys()].at(-1);
    if (name.endsWith('AuthenticateMessage')) this.master.passes({ from, name, body });
    else this.processes.get(id ?? '')?.({ from, name, body });
    const answer = this.sent.at(-1);
    return answer && { name: answer.name, message: decodeProtobuf(answer.name as MessageName, answer.body) };
  }
}

const registration: Message = { from: AGENT, name: REGISTER, body: Buffer.alloc(0) };

describe('an agent with the right secret', () => {
  it('is authenticated, and its registration passes', () => {
    const wire = new Wire();
    const agent = wire.agent('secret');
    let delivered = 0;
    const register = (): void => agent.send(MASTER, REGISTER, () => delivered++);
    register();
    expect(delivered).toBe(0);
    wire.run(agent);
    expect(delivered).toBe(1);
    expect(wire.master.passes(registration)).toBe(true);
    expect(wire.master.principalOf(AGENT)).toEqual({ value: 'ann' });
    register();
    expect(delivered).toBe(2);
    wire.clock.advance(60_000);
    register();
    expect(delivered).toBe(2);
    wire.run(agent);
    expect(delivered).toBe(3);
  });

  it('has to authenticate again after its connection broke', () => {
    const wire = new Wire();
    const agent = wire.agent('secret');
    agent.send(MASTER, REGISTER, () => undefined);
    wire.run(agent);
    wire.master.forget(AGENT);
    expect(wire.master.passes(registration)).toBe(false);
  });

  it('may register while it authenticates: the registration waits', () => {
    const wire = new Wire();
    const agent = wire.agent('secret');
    agent.send(MASTER, REGISTER, () => undefined);
    expect(wire.master.passes(registration)).toBe(false);
    wire.run(agent);
    expect(wire.admitted).toEqual([AGENT]);
  });

  it('has all other messages delivered at once', () => {
    let delivered = 0;
    new Wire().agent('secret').send(MASTER, 'mesos.internal.PongSlaveMessage', () => delivered++);
    expect(delivered).toBe(1);
  });
});

describe('a driver', () => {
  const DRIVER = 'scheduler-1@10.0.0.1:9000';
  const call = (value: object): Message => ({
    from: DRIVER,
    name: 'mesos.scheduler.Call',
    body: Buffer.from(encodeProtobuf('mesos.scheduler.Call', value)),
  });
  const framework_info = { name: 'n', user: 'u' };
  const subscribe = call({ type: 'SUBSCRIBE', subscribe: { framework_info } });
  const register: Message = {
    from: DRIVER,
    name: 'mesos.internal.RegisterFrameworkMessage',
    body: Buffer.from(
      encodeProtobuf('mesos.internal.RegisterFrameworkMessage', { framework: framework_info }),
    ),
  };
  const peer = 'crammd5-authenticatee(1)@10.0.0.1:9000';

  it('may always subscribe: the core answers with an error', () => {
    const wire = new Wire();
    expect([wire.master.passes(subscribe), wire.master.passes(register)]).toEqual([true, true]);
    expect(wire.master.principalOf(DRIVER)).toBeUndefined();
  });

  it('that subscribes while it authenticates waits for that, other calls do not', () => {
    for (const message of [subscribe, register]) {
      const wire = new Wire();
      wire.say('mesos.internal.AuthenticateMessage', { pid: DRIVER }, peer);
      expect(wire.master.passes(message)).toBe(false);
      expect(wire.master.passes(call({ type: 'REVIVE', framework_id: { value: 'f' } }))).toBe(true);
      expect(wire.admitted).toEqual([]);
      const step = wire.say('mesos.internal.AuthenticationStartMessage', { mechanism: 'CRAM-MD5' }, peer);
      const { data } = (step as { message: { data: string } }).message;
      const answer = answerChallenge('ann', 'secret', Buffer.from(data, 'base64').toString());
      const encoded = Buffer.from(answer).toString('base64');
      wire.say('mesos.internal.AuthenticationStepMessage', { data: encoded }, peer);
      expect(wire.admitted).toEqual([DRIVER]);
      expect(wire.master.principalOf(DRIVER)).toEqual({ value: 'ann' });
    }
  });

  it('that authenticates and is refused is forgotten when there are too many', () => {
    const wire = new Wire({ knownMax: 2 });
    const pids = [1, 2, 3].map((number) => `scheduler-${number}@10.0.0.1:9000`);
    for (const pid of pids) {
      wire.say('mesos.internal.AuthenticateMessage', { pid }, peer);
      const step = wire.say('mesos.internal.AuthenticationStartMessage', { mechanism: 'CRAM-MD5' }, peer);
      const { data } = (step as { message: { data: string } }).message;
      const answer = answerChallenge('ann', 'secret', Buffer.from(data, 'base64').toString());
      const encoded = Buffer.from(answer).toString('base64');
      wire.say('mesos.internal.AuthenticationStepMessage', { data: encoded }, peer);
    }
    expect(pids.map((pid) => wire.master.principalOf(pid)?.value)).toEqual([undefined, 'ann', 'ann']);
    expect(wire.master.attempts).toBe(3);
  });

  it('with a wrong secret passes without a principal, and is told so', () => {
    const wire = new Wire();
    wire.say('mesos.internal.AuthenticateMessage', { pid: DRIVER }, peer);
    wire.master.passes(subscribe);
    wire.say('mesos.internal.AuthenticationStartMessage', { mechanism: 'CRAM-MD5' }, peer);
    wire.say('mesos.internal.AuthenticationStepMessage', { data: '' }, peer);
    expect(wire.admitted).toEqual([DRIVER]);
    expect(wire.master.principalOf(DRIVER)).toBeUndefined();
  });
});

describe('a master', () => {
  it('rejects a wrong secret', () => {
    const wire = new Wire();
    const agent = wire.agent('wrong');
    let delivered = 0;
    agent.send(MASTER, REGISTER, () => delivered++);
    wire.run(agent);
    expect([delivered, wire.master.passes(registration)]).toEqual([0, false]);
    expect(JSON.stringify(wire.log.lines)).toContain('--credential is wrong');
    expect(JSON.stringify(wire.log.lines)).not.toContain('secret"');
  });

  it('lets agents register without authentication when that is not required, and remembers who authenticates', () => {
    const wire = new Wire({ required: false });
    expect(wire.master.passes(registration)).toBe(true);
    expect(wire.master.principalOf(AGENT)).toBeUndefined();
  });

  const authenticate = (pid: string) => ['mesos.internal.AuthenticateMessage', { pid }] as const;
  const errorOf = (answer: { name: string; message: unknown } | undefined): string =>
    (answer?.message as { error?: string } | undefined)?.error ?? answer?.name ?? 'nothing';

  it('answers with an error when it has no credentials', () => {
    const wire = new Wire({ secrets: undefined, required: false });
    expect(errorOf(wire.say(...authenticate(AGENT)))).toBe('No authenticator loaded');
  });

  it('accepts authentication of an agent from its own host only', () => {
    const wire = new Wire();
    expect(errorOf(wire.say(...authenticate('slave(1)@10.0.0.2:5051')))).toContain('on its own host');
    expect(errorOf(wire.say(...authenticate('nonsense')))).toContain('on its own host');
    // The process may have a port of its own, as in mesos-go.
    const other = wire.say(...authenticate('scheduler(1)@10.0.0.1:9001'));
    expect(other?.name).toBe('mesos.internal.AuthenticationMechanismsMessage');
  });

  it('ends an attempt that is out of order, of another mechanism, or takes too long', () => {
    const wire = new Wire();
    wire.say(...authenticate(AGENT));
    expect(errorOf(wire.say('mesos.internal.AuthenticationStepMessage', { data: '' }))).toContain(
      'Unexpected',
    );
    wire.say(...authenticate(AGENT));
    const plain = { mechanism: 'PLAIN' };
    expect(errorOf(wire.say('mesos.internal.AuthenticationStartMessage', plain))).toBe(
      'no mechanism available',
    );
    wire.say(...authenticate(AGENT));
    expect(wire.processes.size).toBe(1);
    wire.clock.advance(15_000);
    expect(wire.processes.size).toBe(0);
  });

  it('handles messages of the process that began an attempt, and of the newest attempt only', () => {
    const wire = new Wire();
    wire.say(...authenticate(AGENT));
    wire.say(...authenticate(AGENT));
    expect(wire.processes.size).toBe(1);
    const before = wire.sent.length;
    wire.say('mesos.internal.AuthenticationStartMessage', { mechanism: 'CRAM-MD5' }, 'x@10.0.0.66:1');
    expect(wire.sent).toHaveLength(before);
    wire.master.stop();
    expect(wire.processes.size).toBe(0);
  });
});
