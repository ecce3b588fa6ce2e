/**
 * Frameworks of a benchmark by libprocess messages, as those of the Mesos paper were: many drivers behind one address.
 */

import type { FrameworkInfo } from '../../cluster/api/generated/mesos';
import type { MessageName, Messages } from '../../cluster/api/generated/messages';
import type { Call } from '../../cluster/api/generated/scheduler';
import { decodeProtobuf, encodeProtobuf } from '../../cluster/api/protobuf';
import { type HttpServer, startHttpServer } from '../../cluster/runtime/http/server';
import { silentLogger } from '../../cluster/runtime/log';
import { Links } from '../../cluster/runtime/messages/links';
import { type Message, MessageRouter } from '../../cluster/runtime/messages/receive';
import type { LoadOptions, LoadScheduler } from './load-scheduler';

const OFFERS = 'mesos.internal.ResourceOffersMessage';
const REGISTERED = 'mesos.internal.FrameworkRegisteredMessage';
const UPDATE = 'mesos.internal.StatusUpdateMessage';

export interface DriverHost {
  /** Registers one; what it is told goes to the options. */
  start(options: Omit<LoadOptions, 'url'>): LoadScheduler;
  stop(): Promise<void>;
}

/** Listens for the drivers of a master, `master@host:port`. */
export async function hostDrivers(master: string): Promise<DriverHost> {
  const router = new MessageRouter(silentLogger);
  const http: HttpServer = await startHttpServer({
    ...{ what: 'the drivers', address: '127.0.0.1', port: 0, addressFlag: '', portFlag: '' },
    ...{ log: silentLogger, messages: router, routes: [] },
  });
  const place = { host: http.address, port: http.port };
  const links = new Links({ from: { id: 'drivers', ...place }, log: silentLogger, exited: () => undefined });
  let count = 0;
  const start = (options: Omit<LoadOptions, 'url'>): LoadScheduler => {
    const id = `scheduler(${++count})`;
    const send = <N extends MessageName>(name: N, message: Messages[N]): void =>
      links.send(master, name, encodeProtobuf(name, message), { id, ...place });
    return startDriver(options, send, (receive) => router.register(id, receive));
  };
  return {
    start,
    stop: async () => {
      links.stop();
      await http.close();
    },
  };
}

type Send = <N extends MessageName>(name: N, message: Messages[N]) => void;

function startDriver(
  { name, failoverSeconds, offered, updated }: Omit<LoadOptions, 'url'>,
  send: Send,
  register: (receive: (message: Message) => void) => () => void,
): LoadScheduler {
  let framework_id: FrameworkInfo['id'];
  const call = (made: Call): void => send('mesos.scheduler.Call', { framework_id, ...made });
  const update = ({ body }: Message): void => {
    const { update: told, pid } = decodeProtobuf(UPDATE, body);
    const { status, slave_id: agent_id, uuid } = told;
    if (uuid && agent_id && pid !== undefined)
      call({ type: 'ACKNOWLEDGE', acknowledge: { task_id: status.task_id, agent_id, uuid } });
    updated?.(status);
  };
  const leave = register((message) => {
    if (message.name === UPDATE) update(message);
    else if (message.name === OFFERS)
      for (const offer of decodeProtobuf(OFFERS, message.body).offers ?? []) offered(offer);
    else if (message.name === REGISTERED)
      framework_id = decodeProtobuf(REGISTERED, message.body).framework_id;
  });
  const framework_info = { user: 'root', name, failover_timeout: failoverSeconds };
  call({ type: 'SUBSCRIBE', subscribe: { framework_info } });
  return {
    call,
    stop: async () => {
      call({ type: 'TEARDOWN' });
      leave();
    },
  };
}
