import { answerQuestion } from '../../../../dns/core/answer/answer';
import { RCODE, TYPE } from '../../../../dns/core/zone/resource-records';
import { runningAt, stateWith, zoneOf } from '../../builders';

const { zone } = zoneOf(
  stateWith(
    { name: 'web', statuses: [runningAt('10.1.0.1')] },
    { name: 'web', statuses: [runningAt('fd00::1')] },
  ),
  { compat: 'standard' },
);

test.each([
  ['A', 'web.marathon.mesos', TYPE.A, RCODE.NOERROR, 1, 0, 0],
  ['AAAA', 'web.marathon.mesos', TYPE.AAAA, RCODE.NOERROR, 1, 0, 0],
  ['SRV with the addresses of its targets', '_web._tcp.marathon.mesos', TYPE.SRV, RCODE.NOERROR, 2, 0, 2],
  ['SOA of the domain in the answer', 'mesos', TYPE.SOA, RCODE.NOERROR, 1, 0, 0],
  ['NS of the domain with its address', 'mesos', TYPE.NS, RCODE.NOERROR, 1, 0, 1],
  ['ANY of a name', 'web.marathon.mesos', TYPE.ANY, RCODE.NOERROR, 2, 0, 0],
  ['ANY of the domain', 'mesos', TYPE.ANY, RCODE.NOERROR, 2, 0, 1],
  ['NODATA for another type', 'web.marathon.mesos', 15, RCODE.NOERROR, 0, 1, 0],
  ['NODATA for SOA below the domain', 'web.marathon.mesos', TYPE.SOA, RCODE.NOERROR, 0, 1, 0],
  ['NODATA for a name between', '_tcp.marathon.mesos', TYPE.A, RCODE.NOERROR, 0, 1, 0],
  ['NXDOMAIN', 'no.marathon.mesos', TYPE.A, RCODE.NXDOMAIN, 0, 1, 0],
  ['NXDOMAIN for SRV too', '_no._tcp.marathon.mesos', TYPE.SRV, RCODE.NXDOMAIN, 0, 1, 0],
])('%s', (_name, name, type, rcode, answers, authority, additional) => {
  const answer = answerQuestion(zone, name, type);
  expect([answer.rcode, answer.answers.length, answer.authority.length, answer.additional.length]).toEqual([
    rcode,
    answers,
    authority,
    additional,
  ]);
});

test('the SOA of an absence is the domain and holds no longer than the minimum', () => {
  const short = { ...zone, authority: { ...zone.authority, minimum: 5 } };
  expect(answerQuestion(short, 'no.mesos', TYPE.A).authority).toMatchObject([
    { kind: 'SOA', name: 'mesos', ttl: 5, minimum: 5 },
  ]);
});
