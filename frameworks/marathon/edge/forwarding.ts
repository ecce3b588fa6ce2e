/** The way in which a Marathon that does not lead passes requests on (LeaderProxyFilter of the original). */

import { callerTrust } from '../../../cluster/runtime/tls/settings';
import type { ForwardOptions } from '../../kit/edge/leadership/forward';
import type { ForwardFault, ForwardManner } from '../../kit/edge/leadership/manner';
import type { MarathonConfig } from '../config';
import { addressOf, type MarathonContext, schemeOfOurs } from './parts';

/** Time for which a request waits for a leader. */
const PATIENCE_MS = 2500;

export function forwardOptions(
  config: MarathonConfig,
  context: MarathonContext,
): Pick<ForwardOptions, 'what' | 'manner' | 'patience' | 'log' | 'tls' | 'limits'> {
  const { clock, log } = context;
  return {
    what: 'Marathon',
    manner: marathonManner(() => `1.1 ${addressOf(config, context)}`),
    patience: { ms: PATIENCE_MS, clock },
    log,
    tls: trustOf(config, context),
    limits: config.proxy.limits,
  };
}

function trustOf(config: MarathonConfig, context: MarathonContext): ForwardOptions['tls'] {
  if (schemeOfOurs(config, context) === 'http') return undefined;
  const identity = config.proxy.ignoresHostname && { checkServerIdentity: () => undefined };
  return { ...callerTrust(process.env), ...identity };
}

/** `via` names us. */
export function marathonManner(via: () => string): ForwardManner {
  return {
    mark: 'x-marathon-via',
    value: via,
    isLoop: (values) => values.includes(via()),
    marksAnswers: true,
    redirects: ({ url }) => url.startsWith('/v2/events'),
    refusal,
  };
}

function refusal(fault: ForwardFault): { readonly status: number; readonly message: string } {
  switch (fault.kind) {
    case 'nobody':
      return { status: 502, message: `Could not determine the current leader: ${fault.reason}` };
    case 'loop':
      return { status: 502, message: 'Detected proxying loop.' };
    case 'unreachable':
      return { status: 502, message: `Connection to leader refused: ${fault.leader}` };
  }
}
