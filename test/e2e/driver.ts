/**
 * A driver as libmesos and its like are: libprocess messages over plain sockets, in one of the two dialects. It checks
 * no more than it has to, keeps what it was told, and acknowledges when asked.
 */

import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { FrameworkInfo, TaskInfo } from '../../cluster/api/generated/mesos';
import type { MessageName, Messages } from '../../cluster/api/generated/messages';
import { decodeProtobuf, encodeProtobuf } from '../../cluster/api/protobuf';
import { answerChallenge } from '../../cluster/runtime/auth/cram-md5';
import { eventually } from './eventually';

interface Told {
  readonly name: string;
  readonly from: string;
  readonly body: Buffer;
}

export class Driver {
  readonly told: Told[] = [];
  frameworkId: string | undefined;
  private readonly server: Server;
  private readonly out = new Map<string, Socket>();
  private acknowledged = 0;

  private constructor(
    private readonly master: string,
    private readonly info: Partial<FrameworkInfo>,
    readonly dialect: 'message' | 'call',
  ) {
    this.server = createServer((request, response) => {
      void this.receive(request);
      response.writeHead(202, { 'content-length': 0 }).end();
    });
    this.server.keepAliveTimeout = 0;
  }

  /** Listens; it does not subscribe yet. */
  static async start(
    master: string,
    info: Partial<FrameworkInfo> = {},
    dialect: 'message' | 'call' = 'call',
  ): Promise<Driver> {
    const driver = new Driver(master, info, dialect);
    await new Promise<void>((ready) => driver.server.listen(0, '127.0.0.1', ready));
    return driver;
  }

  get pid(): string {
    return `scheduler-${(this.server.address() as AddressInfo).port}@${this.place}`;
  }

  private get place(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Subscribes, with the id it has; `force` takes over from another one. */
  subscribe(force = false): void {
    const id = this.frameworkId === undefined ? {} : { id: { value: this.frameworkId } };
    const framework: FrameworkInfo = { user: '', name: 'driver', ...this.info, ...id };
    if (this.dialect === 'call') {
      const subscribe = { framework_info: framework, force };
      this.send('mesos.scheduler.Call', { type: 'SUBSCRIBE', framework_id: framework.id, subscribe });
    } else if (framework.id) {
      this.send('mesos.internal.ReregisterFrameworkMessage', { framework, failover: force });
    } else this.send('mesos.internal.RegisterFrameworkMessage', { framework });
  }

  launch(offerId: string, tasks: readonly TaskInfo[]): void {
    const framework_id = { value: this.frameworkId ?? '' };
    const offer_ids = [{ value: offerId }];
    const filters = { refuse_seconds: 0 };
    if (this.dialect === 'message') {
      return this.send('mesos.internal.LaunchTasksMessage', { framework_id, tasks, offer_ids, filters });
    }
    const operations = [{ type: 'LAUNCH' as const, launch: { task_infos: tasks } }];
    return this.send('mesos.scheduler.Call', {
      type: 'ACCEPT',
      framework_id,
      accept: { offer_ids, operations, filters },
    });
  }

  kill(taskId: string): void {
    const framework_id = { value: this.frameworkId ?? '' };
    const task_id = { value: taskId };
    if (this.dialect === 'message') this.send('mesos.internal.KillTaskMessage', { framework_id, task_id });
    else this.send('mesos.scheduler.Call', { type: 'KILL', framework_id, kill: { task_id } });
  }

  /** stop() of a driver: the framework ends. */
  unregister(): void {
    const framework_id = { value: this.frameworkId ?? '' };
    if (this.dialect === 'message') this.send('mesos.internal.UnregisterFrameworkMessage', { framework_id });
    else this.send('mesos.scheduler.Call', { type: 'TEARDOWN', framework_id });
  }

  /** Shows who it is, by CRAM-MD5, as a process beside the scheduler. */
  async authenticate(principal: string, secret: string): Promise<string> {
    const from = `crammd5-authenticatee(1)@${this.place}`;
    const last = (name: string): Told | undefined => this.told.filter((one) => one.name === name).at(-1);
    this.told.splice(0);
    this.send('mesos.internal.AuthenticateMessage', { pid: this.pid }, { from });
    const first = await eventually('mechanisms', () =>
      last('mesos.internal.AuthenticationMechanismsMessage'),
    );
    const peer = { from, to: first.from };
    this.send('mesos.internal.AuthenticationStartMessage', { mechanism: 'CRAM-MD5' }, peer);
    const step = await eventually('a challenge', () => last('mesos.internal.AuthenticationStepMessage'));
    const { data } = decodeProtobuf('mesos.internal.AuthenticationStepMessage', step.body);
    const answer = answerChallenge(principal, secret, Buffer.from(data, 'base64').toString());
    const encoded = Buffer.from(answer).toString('base64');
    this.send('mesos.internal.AuthenticationStepMessage', { data: encoded }, peer);
    return await eventually(
      'the end',
      () => /Authentication(Completed|Failed)/.exec(this.told.at(-1)?.name ?? '')?.[1],
    );
  }

  /** The first message of this name that passes, from now or before. */
  message<N extends MessageName>(
    name: N,
    passes: (message: Messages[N]) => boolean = () => true,
  ): Promise<Messages[N]> {
    return eventually(name, () => this.all(name).find(passes));
  }

  all<N extends MessageName>(name: N): Messages[N][] {
    return this.told.filter((one) => one.name === name).map(({ body }) => decodeProtobuf(name, body));
  }

  /** The first update of a task in this state. */
  update(taskId: string, state: string): Promise<Messages['mesos.internal.StatusUpdateMessage']> {
    return this.message(
      'mesos.internal.StatusUpdateMessage',
      ({ update: { status } }) => status.task_id.value === taskId && status.state === state,
    );
  }

  /** Sends to the master, or to another process. */
  send<N extends MessageName>(
    name: N,
    value: Messages[N],
    { from = this.pid, to = this.master }: { from?: string; to?: string } = {},
  ): void {
    const [id = '', address = ''] = to.split('@');
    const body = Buffer.from(encodeProtobuf(name, value));
    const head =
      `POST /${encodeURIComponent(id)}/${name} HTTP/1.1\r\nUser-Agent: libprocess/${from}\r\n` +
      `Libprocess-From: ${from}\r\nConnection: Keep-Alive\r\nHost: \r\n`;
    const start = `${head}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n`;
    const whole =
      body.length === 0
        ? Buffer.from(`${head}Content-Length: 0\r\n\r\n`)
        : Buffer.concat([Buffer.from(start), body, Buffer.from('\r\n0\r\n\r\n')]);
    this.socket(address).write(whole);
  }

  /** As if the process was killed: every connection breaks. */
  async die(): Promise<void> {
    for (const socket of this.out.values()) socket.destroy();
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  private socket(address: string): Socket {
    const known = this.out.get(address);
    if (known && !known.destroyed) return known;
    const [host = '', port = ''] = address.split(':');
    const socket = connect({ host, port: Number(port) });
    socket.on('error', () => undefined);
    socket.resume();
    this.out.set(address, socket);
    return socket;
  }

  private async receive(request: IncomingMessage): Promise<void> {
    const name = (request.url ?? '').split('/').at(-1) ?? '';
    const body = await buffer(request);
    this.told.push({ name, from: String(request.headers['libprocess-from']), body });
    if (/FrameworkR\w*egisteredMessage$/.test(name)) {
      const { framework_id } = decodeProtobuf('mesos.internal.FrameworkRegisteredMessage', body);
      this.frameworkId = framework_id.value;
    }
    if (name === 'mesos.internal.StatusUpdateMessage') this.acknowledge(decodeProtobuf(name, body));
  }

  /** As src/sched/sched.cpp: what has a uuid and comes from an agent. */
  private acknowledge({ update, pid }: Messages['mesos.internal.StatusUpdateMessage']): void {
    const { framework_id, slave_id, uuid, status } = update;
    if (!uuid || !pid || !slave_id) return;
    const { task_id } = status;
    if (this.dialect === 'message') {
      const acknowledgement = { slave_id, framework_id, task_id, uuid };
      this.send('mesos.internal.StatusUpdateAcknowledgementMessage', acknowledgement);
    } else {
      const acknowledge = { agent_id: slave_id, task_id, uuid };
      this.send('mesos.scheduler.Call', { type: 'ACKNOWLEDGE', framework_id, acknowledge });
    }
    this.acknowledged += 1;
  }

  get acknowledgements(): number {
    return this.acknowledged;
  }
}
