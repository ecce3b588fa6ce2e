import { messageOf } from '../../../../../frameworks/chronos/core/notify/notice';
import { chatBody, httpBody } from '../../../../../frameworks/chronos/core/notify/payloads';
import { jobOf } from '../../jobs';
import { noticeOf } from '../../notices';

describe('the body for a chat', () => {
  it('is subject and text', () => {
    expect(chatBody({ subject: 'S', text: 'T' })).toBe('{"text":"S: T"}');
  });

  it('has a text even for a deletion', () => {
    expect(chatBody({ subject: 'S', text: undefined })).toBe('{"text":"S"}');
  });
});

describe('the body for a web hook', () => {
  it('has texts only', () => {
    const job = jobOf({
      name: 'a',
      schedule: 'R//P1D',
      command: 'echo ü',
      owner: 'a@example.org, b@example.org',
      uris: ['http://x/1', 'http://x/2'],
      errorCount: 3,
      softError: true,
    });
    const notice = noticeOf({ job });
    expect(JSON.parse(httpBody(notice, messageOf(notice, 'west')))).toEqual({
      subject: "[west] [Chronos] job 'a' failed!",
      message: messageOf(notice, 'west').text,
      to: 'a@example.org, b@example.org',
      job: 'a',
      command: 'echo ü',
      cpus: '0.1',
      mem: '128.0',
      softError: 'true',
      retries: '2',
      uris: 'http://x/1,http://x/2',
      executor: '',
      executorFlags: '',
      successCount: '0',
      errorCount: '3',
      errorsSinceLastSuccess: '0',
      lastSuccess: '',
      lastError: '',
    });
  });

  it('leaves out an owner and a message that are not there', () => {
    const notice = noticeOf({ kind: 'deleted', job: jobOf({ name: 'a', schedule: 'R//P1D' }) });
    const body = JSON.parse(httpBody(notice, messageOf(notice, undefined))) as object;
    expect(body).not.toHaveProperty('to');
    expect(body).not.toHaveProperty('message');
  });
});
