/**
 * Fields of constraints: the host name, region, zone or attribute of an agent in text form.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';

/** An agent as constraints see it. */
export interface AgentInfo {
  readonly host: string;
  readonly agentId: string;
  readonly region?: string | undefined;
  readonly zone?: string | undefined;
  /** In their text form, as constraints compare them. */
  readonly attributes: readonly { readonly name: string; readonly text: string }[];
}

/** The field's value; undefined when the agent has none. */
export function fieldValue(field: string, agent: AgentInfo): string | undefined {
  switch (field) {
    case 'hostname':
    case '@hostname':
      return agent.host;
    case '@region':
      return agent.region;
    case '@zone':
      return agent.zone;
    default:
      return agent.attributes.find(({ name }) => name === field)?.text;
  }
}

/** The agent of an offer. */
export function agentInfoOf(offer: mesos.Offer): AgentInfo {
  const domain = offer.domain?.fault_domain;
  return {
    host: offer.hostname,
    agentId: offer.agent_id.value,
    ...(domain && { region: domain.region.name, zone: domain.zone.name }),
    attributes: (offer.attributes ?? []).map((attribute) => ({
      name: attribute.name,
      text: attributeText(attribute),
    })),
  };
}

/** The text form of an attribute, as constraints compare it (Mesos keeps three decimals). */
export function attributeText({ scalar, ranges, set, text }: mesos.Attribute): string {
  if (scalar) return scalarText(scalar.value);
  if (ranges) {
    const sorted = [...(ranges.range ?? [])].sort((a, b) => Number(a.begin) - Number(b.begin));
    return `[${sorted.map(({ begin, end }) => `${begin}-${end}`).join(',')}]`;
  }
  if (set) return `{${[...(set.item ?? [])].sort().join(',')}}`;
  return text?.value ?? '';
}

/** Up to three decimals, half to even, no trailing zeros (`0.###` of Java, which rounds the exact value). */
export function scalarText(value: number): string {
  // Only odd sixteenths lie exactly between two thousandths, and the product is exact for them.
  const isTie = Math.abs(value * 16) % 2 === 1;
  if (!isTie) return String(Number(value.toFixed(3)));
  const floor = Math.floor(value * 1000);
  return String((floor % 2 === 0 ? floor : floor + 1) / 1000);
}
