/**
 * `meseta dns explain NAME`: the task, agent, framework and state behind the answers for a name, or the reasons for
 * none.
 */

import { callerFlags } from '../../cluster/runtime/auth/caller';
import { text, toggle } from '../../cluster/runtime/config/flags';
import { serverUrl, withApi } from '../api';
import { flagCommand } from '../command';
import { printJson } from '../print';

interface Explanation {
  readonly name: string;
  readonly records: readonly { readonly record: string; readonly from: string }[];
  readonly missing: readonly { readonly task: string; readonly why: string }[];
  readonly near?: readonly string[];
  readonly skipped?: number;
}

export const dnsExplain = flagCommand({
  flags: {
    dns: text({
      help: 'where the HTTP interface of DNS is',
      fallback: 'http://127.0.0.1:8123',
      env: 'MESETA_DNS',
      value: 'URL',
    }),
    ...callerFlags('it', 'MESETA_DNS'),
    json: toggle({ help: 'print JSON for programs', fallback: false }),
  },
  positionals: ['name'],
  run: async ({ flags, positionals: [name = ''] }, terminal) => {
    const url = serverUrl(flags.dns);
    const { credentials, token, ca } = flags;
    const options = { url, what: 'DNS', flag: '--dns', credentials, token, ca };
    const path = `/v1/explain/${encodeURIComponent(name)}`;
    const explanation = (await withApi(options, (api) => api.json('GET', path))) as Explanation | null;
    if (flags.json) terminal.out(printJson(explanation));
    else for (const line of linesOf(explanation, name)) terminal.out(`${line}\n`);
    return explanation && explanation.records.length > 0 ? 0 : 1;
  },
});

function linesOf(explanation: Explanation | null, name: string): string[] {
  if (!explanation) return ['DNS knows nothing of the cluster yet'];
  const lines = [
    ...explanation.records.map(({ record, from }) => `${record}\n    from ${from}`),
    ...explanation.missing.map(({ task, why }) => `nothing from task ${task}: ${why}`),
  ];
  const skipped = explanation.skipped ?? 0;
  const more = skipped > 0 ? [`${skipped} more tasks with that label were not examined`] : [];
  if (lines.length + more.length > 0) return [...lines, ...more];
  const near = (explanation.near ?? []).map((other) => `  ${other}`);
  return [`Nothing in the cluster makes ${name}.`, ...(near.length > 0 ? ['Names near it:', ...near] : [])];
}
