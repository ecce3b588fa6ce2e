/**
 * The flag `--firewall_rules`: endpoints that are disabled for everybody (Mesos 1.11).
 *
 * The JSON is `{"disabled_endpoints": {"paths": ["/files/browse"]}}`. A path has its process in front,
 * `/master/state`; `/state` means the same.
 */

import { z } from 'zod';
import { errorText } from '../../model/error-text';
import { document } from '../config/flags';
import { StartError } from '../lifecycle';

export const firewallFlag = document({
  help: 'endpoints nobody may use: {"disabled_endpoints": {"paths": ["/files/browse"]}}',
});

const RULES = z.strictObject({
  disabled_endpoints: z.strictObject({ paths: z.array(z.string().startsWith('/')) }).optional(),
});

/** The disabled paths. Fails with a StartError that names what is wrong. */
export function readFirewall(text: string | undefined): ReadonlySet<string> | undefined {
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new StartError(`--firewall_rules is not JSON: ${errorText(error)}`);
  }
  const read = RULES.safeParse(json);
  if (!read.success) throw new StartError(`--firewall_rules: ${z.prettifyError(read.error)}`);
  return new Set(read.data.disabled_endpoints?.paths);
}
