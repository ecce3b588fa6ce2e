import { messageOf, NOTICE_KINDS } from '../../../../../frameworks/chronos/core/notify/notice';
import { noticeOf } from '../../notices';

describe('the subject of a notice', () => {
  it.each([
    ['deleted', "Your job 'a' was deleted!"],
    ['disabled', "job 'a' disabled"],
    ['failed', "job 'a' failed!"],
    ['recovered', "job 'a' recovered!"],
    ['missed', "job 'a' missed a slot!"],
    ['overdue', "job 'a' is overdue!"],
    ['slow', "job 'a' is slow!"],
  ] as const)('of %s is %s, behind the name of the cluster', (kind, subject) => {
    expect(messageOf(noticeOf({ kind }), 'west').subject).toBe(`[west] [Chronos] ${subject}`);
    expect(messageOf(noticeOf({ kind }), undefined).subject).toBe(` [Chronos] ${subject}`);
  });
});

describe('the text of a notice', () => {
  const time = new Date(noticeOf().at).toISOString();

  it('of a failure has time, retries, task and the reason', () => {
    expect(messageOf(noticeOf(), undefined).text).toBe(
      `Time: ${time}\nConfigured retries: 2\nTask: ct:1:0:a:\nMessage: TASK_FAILED`,
    );
  });

  it('leaves out what is not there', () => {
    const notice = noticeOf({ kind: 'recovered', reason: '', taskId: undefined });
    expect(messageOf(notice, undefined).text).toBe(`Time: ${time}`);
  });

  it('is absent for a deletion alone', () => {
    const kinds = NOTICE_KINDS.filter((kind) => messageOf(noticeOf({ kind }), undefined).text === undefined);
    expect(kinds).toEqual(['deleted']);
  });
});
