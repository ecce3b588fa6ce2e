import { MasterAuthentication } from '../../../../../cluster/agent/edge/master/master-authentication';
import type { MessageName } from '../../../../../cluster/api/generated/messages';
import { encodeProtobuf } from '../../../../../cluster/api/protobuf';
import { systemClock } from '../../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../../cluster/runtime/log';

const MASTER = 'master@127.0.0.1:5050';
const AUTHENTICATOR = 'crammd5-authenticator(1)@127.0.0.1:5050';
const REGISTER = 'mesos.internal.RegisterSlaveMessage';

function begin() {
  const sent: MessageName[] = [];
  const delivered: string[] = [];
  const authentication = new MasterAuthentication({
    credential: { principal: 'agent', secret: 'right' },
    pid: () => 'slave(1)@127.0.0.1:5051',
    clock: systemClock(),
    log: silentLogger,
    send: (_to, name) => void sent.push(name),
  });
  const register = (label: string): void =>
    authentication.send(MASTER, REGISTER, () => void delivered.push(label));
  const complete = (): void => {
    const name = 'mesos.internal.AuthenticationCompletedMessage';
    const body = Buffer.from(encodeProtobuf(name, {}));
    authentication.receive({ from: AUTHENTICATOR, name, body });
  };
  return { authentication, sent, delivered, register, complete };
}

it('authenticates the agent before its registration, and not again for the next one', () => {
  const { sent, delivered, register, complete } = begin();
  register('first');
  expect([sent, delivered]).toEqual([['mesos.internal.AuthenticateMessage'], []]);
  complete();
  register('second');
  expect([sent.length, delivered]).toEqual([1, ['first', 'second']]);
});

it('authenticates it again once the connection broke, also while an attempt is under way', () => {
  const { authentication, sent, delivered, register, complete } = begin();
  register('first');
  complete();
  authentication.exited('master@127.0.0.9:5050');
  register('second');
  expect(sent).toHaveLength(1);
  authentication.exited(MASTER);
  register('third');
  authentication.exited(MASTER);
  register('fourth');
  expect([sent.length, delivered]).toEqual([3, ['first', 'second']]);
  complete();
  expect(delivered).toEqual(['first', 'second', 'fourth']);
});
