/**
 * Builds HAProxy's server-state file, by which a worker hands the results of health checks to the next.
 *
 * Always true: the file has no server that a command disabled, so that a command never outlives its worker; and none
 * that is up, because that is how servers begin.
 */

import type { ConfigFiles } from '../render/render';
import { isChecked } from '../render/server-line';

const HEADER =
  '# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight ' +
  'srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state ' +
  'bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr ' +
  'srv_agent_addr srv_agent_port';
const OPERATION_STATE = 5;
const ADMIN_STATE = 6;
const UP = '2';

/** Reduces the answer to `show servers state` to the rows to keep. An empty answer gives a file without rows. */
export function stateFileText(answer: string): string {
  const rows = answer.split('\n').filter((line) => {
    const fields = line.split(' ', ADMIN_STATE + 1);
    return /^\d+ /.test(line) && fields[ADMIN_STATE] === '0' && fields[OPERATION_STATE] !== UP;
  });
  const header = answer.split('\n').find((line) => line.startsWith('# be_id')) ?? HEADER;
  return `1\n${header}\n${rows.map((row) => `${row}\n`).join('')}`;
}

/** True when a server has a health check. An adopted configuration has no blocks, so its text is searched. */
export function hasHealthChecks(files: ConfigFiles): boolean {
  if (files.blocks.length > 0) return files.blocks.some(({ servers }) => servers?.some(isChecked) ?? false);
  return /^[ \t]*(?:default-server|server|server-template)(?=[ \t]).*[ \t]check(?:[ \t]|$)/m.test(
    files.config,
  );
}

/** True for an answer to `show servers state`, also one without a server. */
export function isServerState(answer: string): boolean {
  return /^# be_id /m.test(answer);
}
