import DNS from 'dns2';
import { ByteWriter } from '../../../dns/packet/byte-writer';

const { Packet } = DNS;

test('whole messages come out as with the writer of dns2', () => {
  const make = (): DNS.Packet => {
    const packet = new Packet(new Packet.Header({ id: 4711, qr: 1, aa: 1, rd: 1 }));
    packet.questions = [new Packet.Question('_web._tcp.marathon.mesos', Packet.TYPE.SRV, Packet.CLASS.IN)];
    for (let port = 0; port < 50; port++) {
      const target = `t${port}.marathon.mesos`;
      packet.answers.push(
        new Packet.Resource({
          ...{ name: '_web._tcp.marathon.mesos', type: Packet.TYPE.SRV, class: 1, ttl: 60 },
          ...{ priority: 0, weight: 1, port, target },
        }),
      );
      packet.additionals.push(
        new Packet.Resource({ name: target, type: 1, class: 1, ttl: 60, address: '10.0.0.1' }),
      );
    }
    packet.additionals.push(Packet.Resource.EDNS([Packet.Resource.EDNS.ECS('10.0.0.0/24')]));
    return packet;
  };
  // The argument is not in the types of dns2 but documented in its sources.
  const encode = (writer: ByteWriter): Buffer => Reflect.apply(Packet.prototype.toBuffer, make(), [writer]);
  expect(encode(new ByteWriter()).equals(make().toBuffer())).toBe(true);
});
