/** The bodies of notices for web hooks: that of Slack and Mattermost, and that of `--http_notification_url`. */

import { printDouble } from '../../../kit/core/values/java-double';
import type { Job } from '../jobs/job';
import type { Message, Notice } from './notice';

/** The body for Slack, Mattermost and what understands them. It always has a text; the original sent `{}` without one. */
export function chatBody({ subject, text }: Message): string {
  return JSON.stringify({ text: text === undefined ? subject : `${subject}: ${text}` });
}

/** The body for `--http_notification_url`: flat, and every value is a text, as in `HttpClient.scala` of the original. */
export function httpBody({ job }: Notice, { subject, text }: Message): string {
  return JSON.stringify({
    subject,
    ...(text !== undefined && { message: text }),
    ...(job.owner !== '' && { to: job.owner }),
    job: job.name,
    command: job.command,
    ...countersOf(job),
    cpus: printDouble(job.cpus),
    executor: job.executor,
    executorFlags: job.executorFlags,
    mem: printDouble(job.mem),
    retries: String(job.retries),
    softError: String(job.softError),
    uris: job.uris.join(','),
  });
}

function countersOf(job: Job): Readonly<Record<string, string>> {
  return {
    successCount: String(job.successCount),
    errorCount: String(job.errorCount),
    errorsSinceLastSuccess: String(job.errorsSinceLastSuccess),
    lastSuccess: job.lastSuccess,
    lastError: job.lastError,
  };
}
