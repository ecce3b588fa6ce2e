import { AnswerCache } from '../../../dns/edge/answer-cache';
import type { PreparedAnswer } from '../../../dns/packet/prepared-answer';
import { readRequest } from '../../../dns/packet/request';
import { runningAt, stateWith, zoneOf } from '../builders';
import { query } from '../queries';

function find(answers: AnswerCache, name: string, type = 'A'): PreparedAnswer {
  const reading = readRequest(query(name, type));
  if (reading.kind !== 'request') throw new Error(reading.kind);
  return answers.cached(reading.request) ?? answers.find(reading.request);
}

function setUp(readyMax?: number) {
  const { live, changes } = zoneOf(
    stateWith({ name: 'web', statuses: [runningAt('10.9.0.1')] }, { name: 'api' }),
  );
  const answers = new AnswerCache(readyMax);
  for (const change of changes) answers.apply(change);
  return { live, answers };
}

test.each(['web.marathon.mesos', 'web.*.marathon.mesos'])(
  'the answer for %s is kept until the name changes',
  (name) => {
    const { live, answers } = setUp();
    const first = find(answers, name);
    expect(find(answers, name)).toBe(first);
    const [task] = live.cluster.tasks.values();
    if (!task) throw new Error('no task');
    live.setTask({
      ...task,
      running: { timestamp: 2, healthy: true, netinfo: ['10.9.0.2'], mesos: [], docker: [] },
    });
    const touched = [...live.takeChanges(1)].flatMap((change) => answers.apply(change));
    expect(touched).toContain('web.marathon.mesos');
    const next = find(answers, name);
    expect(next.answers[0]?.recordBody.subarray(-4)).toEqual(Buffer.from([10, 9, 0, 2]));
    expect(find(answers, 'api.marathon.mesos')).toBe(find(answers, 'api.marathon.mesos'));
  },
);

test('all names that come to one when .* is cut out share an answer, apart from that of the name itself', () => {
  const { answers } = setUp();
  const answer = find(answers, 'web.*.marathon.mesos');
  expect(find(answers, 'web.marathon.*.mesos')).toBe(answer);
  expect(find(answers, 'web.marathon.mesos')).not.toBe(answer);
});

test('no more answers are kept than there is room for', () => {
  const { answers } = setUp(3);
  for (const type of ['A', 'AAAA', 'SRV', 'SOA', 'NS', 'TXT', 'HINFO'])
    for (const name of ['web.marathon.mesos', 'api.marathon.mesos', 'leader.mesos']) {
      find(answers, name, type);
      expect(answers.size()).toBeLessThanOrEqual(3);
    }
  for (let number = 0; number < 50; number++) find(answers, `no-${number}.mesos`);
  expect(answers.size()).toBeLessThanOrEqual(3);
});
