/**
 * Types of the package mesos.v1.
 * Made by `npm run generate` from cluster/api/proto; do not edit.
 */

import type { AgentId, ExecutorId, FrameworkId, OfferId, OperationId, TaskId } from '../../model/ids';
import type { Base64, Int64 } from '../scalars';


export type Status =
  | 'DRIVER_NOT_STARTED'
  | 'DRIVER_RUNNING'
  | 'DRIVER_ABORTED'
  | 'DRIVER_STOPPED';

export interface FrameworkID {
  readonly value: FrameworkId;
}

export interface OfferID {
  readonly value: OfferId;
}

export interface AgentID {
  readonly value: AgentId;
}

export interface TaskID {
  readonly value: TaskId;
}

export interface ExecutorID {
  readonly value: ExecutorId;
}

export interface ContainerID {
  readonly value: string;
  readonly parent?: ContainerID | undefined;
}

export interface ResourceProviderID {
  readonly value: string;
}

export interface OperationID {
  readonly value: OperationId;
}

export interface TimeInfo {
  readonly nanoseconds: Int64;
}

export interface DurationInfo {
  readonly nanoseconds: Int64;
}

export interface Address {
  readonly hostname?: string | undefined;
  readonly ip?: string | undefined;
  readonly port: number;
}

export interface URL {
  readonly scheme: string;
  readonly address: Address;
  readonly path?: string | undefined;
  readonly query?: readonly Parameter[] | undefined;
  readonly fragment?: string | undefined;
}

export interface Unavailability {
  readonly start: TimeInfo;
  readonly duration?: DurationInfo | undefined;
}

export interface MachineID {
  readonly hostname?: string | undefined;
  readonly ip?: string | undefined;
}

export interface MachineInfo {
  readonly id: MachineID;
  readonly mode?: MachineInfo.Mode | undefined;
  readonly unavailability?: Unavailability | undefined;
}

export namespace MachineInfo {
  export type Mode =
    | 'UP'
    | 'DRAINING'
    | 'DOWN';
}

export interface FrameworkInfo {
  readonly user: string;
  readonly name: string;
  readonly id?: FrameworkID | undefined;
  readonly failover_timeout?: number | undefined;
  readonly checkpoint?: boolean | undefined;
  readonly role?: string | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly hostname?: string | undefined;
  readonly principal?: string | undefined;
  readonly webui_url?: string | undefined;
  readonly capabilities?: readonly FrameworkInfo.Capability[] | undefined;
  readonly labels?: Labels | undefined;
  readonly offer_filters?: Record<string, OfferFilters> | undefined;
}

export namespace FrameworkInfo {
  export interface Capability {
    readonly type?: FrameworkInfo.Capability.Type | undefined;
  }

  export namespace Capability {
    export type Type =
      | 'UNKNOWN'
      | 'REVOCABLE_RESOURCES'
      | 'TASK_KILLING_STATE'
      | 'GPU_RESOURCES'
      | 'SHARED_RESOURCES'
      | 'PARTITION_AWARE'
      | 'MULTI_ROLE'
      | 'RESERVATION_REFINEMENT'
      | 'REGION_AWARE';
  }
}

export interface CheckInfo {
  readonly type?: CheckInfo.Type | undefined;
  readonly command?: CheckInfo.Command | undefined;
  readonly http?: CheckInfo.Http | undefined;
  readonly tcp?: CheckInfo.Tcp | undefined;
  readonly delay_seconds?: number | undefined;
  readonly interval_seconds?: number | undefined;
  readonly timeout_seconds?: number | undefined;
}

export namespace CheckInfo {
  export type Type =
    | 'UNKNOWN'
    | 'COMMAND'
    | 'HTTP'
    | 'TCP';

  export interface Command {
    readonly command: CommandInfo;
  }

  export interface Http {
    readonly port: number;
    readonly path?: string | undefined;
  }

  export interface Tcp {
    readonly port: number;
  }
}

export interface HealthCheck {
  readonly delay_seconds?: number | undefined;
  readonly interval_seconds?: number | undefined;
  readonly timeout_seconds?: number | undefined;
  readonly consecutive_failures?: number | undefined;
  readonly grace_period_seconds?: number | undefined;
  readonly type?: HealthCheck.Type | undefined;
  readonly command?: CommandInfo | undefined;
  readonly http?: HealthCheck.HTTPCheckInfo | undefined;
  readonly tcp?: HealthCheck.TCPCheckInfo | undefined;
}

export namespace HealthCheck {
  export type Type =
    | 'UNKNOWN'
    | 'COMMAND'
    | 'HTTP'
    | 'TCP';

  export interface HTTPCheckInfo {
    readonly protocol?: NetworkInfo.Protocol | undefined;
    readonly scheme?: string | undefined;
    readonly port: number;
    readonly path?: string | undefined;
    readonly statuses?: readonly number[] | undefined;
  }

  export interface TCPCheckInfo {
    readonly protocol?: NetworkInfo.Protocol | undefined;
    readonly port: number;
  }
}

export interface KillPolicy {
  readonly grace_period?: DurationInfo | undefined;
}

export interface CommandInfo {
  readonly uris?: readonly CommandInfo.URI[] | undefined;
  readonly environment?: Environment | undefined;
  readonly shell?: boolean | undefined;
  readonly value?: string | undefined;
  readonly arguments?: readonly string[] | undefined;
  readonly user?: string | undefined;
}

export namespace CommandInfo {
  export interface URI {
    readonly value: string;
    readonly executable?: boolean | undefined;
    readonly extract?: boolean | undefined;
    readonly cache?: boolean | undefined;
    readonly output_file?: string | undefined;
  }
}

export interface ExecutorInfo {
  readonly type?: ExecutorInfo.Type | undefined;
  readonly executor_id: ExecutorID;
  readonly framework_id?: FrameworkID | undefined;
  readonly command?: CommandInfo | undefined;
  readonly container?: ContainerInfo | undefined;
  readonly resources?: readonly Resource[] | undefined;
  readonly name?: string | undefined;
  readonly source?: string | undefined;
  readonly data?: Base64 | undefined;
  readonly discovery?: DiscoveryInfo | undefined;
  readonly shutdown_grace_period?: DurationInfo | undefined;
  readonly labels?: Labels | undefined;
}

export namespace ExecutorInfo {
  export type Type =
    | 'UNKNOWN'
    | 'DEFAULT'
    | 'CUSTOM';
}

export interface DomainInfo {
  readonly fault_domain?: DomainInfo.FaultDomain | undefined;
}

export namespace DomainInfo {
  export interface FaultDomain {
    readonly region: DomainInfo.FaultDomain.RegionInfo;
    readonly zone: DomainInfo.FaultDomain.ZoneInfo;
  }

  export namespace FaultDomain {
    export interface RegionInfo {
      readonly name: string;
    }

    export interface ZoneInfo {
      readonly name: string;
    }
  }
}

export interface MasterInfo {
  readonly id: string;
  readonly ip: number;
  readonly port: number;
  readonly pid?: string | undefined;
  readonly hostname?: string | undefined;
  readonly version?: string | undefined;
  readonly address?: Address | undefined;
  readonly domain?: DomainInfo | undefined;
  readonly capabilities?: readonly MasterInfo.Capability[] | undefined;
}

export namespace MasterInfo {
  export interface Capability {
    readonly type?: MasterInfo.Capability.Type | undefined;
  }

  export namespace Capability {
    export type Type =
      | 'UNKNOWN'
      | 'AGENT_UPDATE'
      | 'AGENT_DRAINING'
      | 'QUOTA_V2';
  }
}

export interface AgentInfo {
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly resources?: readonly Resource[] | undefined;
  readonly attributes?: readonly Attribute[] | undefined;
  readonly id?: AgentID | undefined;
  readonly domain?: DomainInfo | undefined;
  readonly checkpoint?: boolean | undefined;
}

export namespace AgentInfo {
  export interface Capability {
    readonly type?: AgentInfo.Capability.Type | undefined;
  }

  export namespace Capability {
    export type Type =
      | 'UNKNOWN'
      | 'MULTI_ROLE'
      | 'HIERARCHICAL_ROLE'
      | 'RESERVATION_REFINEMENT'
      | 'RESOURCE_PROVIDER'
      | 'RESIZE_VOLUME'
      | 'AGENT_OPERATION_FEEDBACK'
      | 'AGENT_DRAINING'
      | 'TASK_RESOURCE_LIMITS';
  }
}

export interface CSIPluginContainerInfo {
  readonly services?: readonly CSIPluginContainerInfo.Service[] | undefined;
  readonly command?: CommandInfo | undefined;
  readonly resources?: readonly Resource[] | undefined;
  readonly container?: ContainerInfo | undefined;
}

export namespace CSIPluginContainerInfo {
  export type Service =
    | 'UNKNOWN'
    | 'CONTROLLER_SERVICE'
    | 'NODE_SERVICE';
}

export interface CSIPluginEndpoint {
  readonly csi_service: CSIPluginContainerInfo.Service;
  readonly endpoint: string;
}

export interface CSIPluginInfo {
  readonly type: string;
  readonly name?: string | undefined;
  readonly containers?: readonly CSIPluginContainerInfo[] | undefined;
  readonly endpoints?: readonly CSIPluginEndpoint[] | undefined;
  readonly target_path_root?: string | undefined;
  readonly target_path_exists?: boolean | undefined;
}

export interface ResourceProviderInfo {
  readonly id?: ResourceProviderID | undefined;
  readonly attributes?: readonly Attribute[] | undefined;
  readonly type: string;
  readonly name: string;
  readonly default_reservations?: readonly Resource.ReservationInfo[] | undefined;
  readonly storage?: ResourceProviderInfo.Storage | undefined;
}

export namespace ResourceProviderInfo {
  export interface Storage {
    readonly plugin: CSIPluginInfo;
    readonly reconciliation_interval_seconds?: number | undefined;
  }
}

export interface Value {
  readonly type: Value.Type;
  readonly scalar?: Value.Scalar | undefined;
  readonly ranges?: Value.Ranges | undefined;
  readonly set?: Value.Set | undefined;
  readonly text?: Value.Text | undefined;
}

export namespace Value {
  export type Type =
    | 'SCALAR'
    | 'RANGES'
    | 'SET'
    | 'TEXT';

  export interface Scalar {
    readonly value: number;
  }

  export interface Range {
    readonly begin: Int64;
    readonly end: Int64;
  }

  export interface Ranges {
    readonly range?: readonly Value.Range[] | undefined;
  }

  export interface Set {
    readonly item?: readonly string[] | undefined;
  }

  export interface Text {
    readonly value: string;
  }
}

export interface Attribute {
  readonly name: string;
  readonly type: Value.Type;
  readonly scalar?: Value.Scalar | undefined;
  readonly ranges?: Value.Ranges | undefined;
  readonly set?: Value.Set | undefined;
  readonly text?: Value.Text | undefined;
}

export interface Resource {
  readonly provider_id?: ResourceProviderID | undefined;
  readonly name: string;
  readonly type: Value.Type;
  readonly scalar?: Value.Scalar | undefined;
  readonly ranges?: Value.Ranges | undefined;
  readonly set?: Value.Set | undefined;
  readonly role?: string | undefined;
  readonly allocation_info?: Resource.AllocationInfo | undefined;
  readonly reservation?: Resource.ReservationInfo | undefined;
  readonly reservations?: readonly Resource.ReservationInfo[] | undefined;
  readonly disk?: Resource.DiskInfo | undefined;
  readonly revocable?: Resource.RevocableInfo | undefined;
  readonly shared?: Resource.SharedInfo | undefined;
}

export namespace Resource {
  export interface AllocationInfo {
    readonly role?: string | undefined;
  }

  export interface ReservationInfo {
    readonly type?: Resource.ReservationInfo.Type | undefined;
    readonly role?: string | undefined;
    readonly principal?: string | undefined;
    readonly labels?: Labels | undefined;
  }

  export namespace ReservationInfo {
    export type Type =
      | 'UNKNOWN'
      | 'STATIC'
      | 'DYNAMIC';
  }

  export interface DiskInfo {
    readonly persistence?: Resource.DiskInfo.Persistence | undefined;
    readonly volume?: Volume | undefined;
    readonly source?: Resource.DiskInfo.Source | undefined;
  }

  export namespace DiskInfo {
    export interface Persistence {
      readonly id: string;
      readonly principal?: string | undefined;
    }

    export interface Source {
      readonly type: Resource.DiskInfo.Source.Type;
      readonly path?: Resource.DiskInfo.Source.Path | undefined;
      readonly mount?: Resource.DiskInfo.Source.Mount | undefined;
      readonly vendor?: string | undefined;
      readonly id?: string | undefined;
      readonly metadata?: Labels | undefined;
      readonly profile?: string | undefined;
    }

    export namespace Source {
      export type Type =
        | 'UNKNOWN'
        | 'PATH'
        | 'MOUNT'
        | 'BLOCK'
        | 'RAW';

      export interface Path {
        readonly root?: string | undefined;
      }

      export interface Mount {
        readonly root?: string | undefined;
      }
    }
  }

  export interface RevocableInfo {
  }

  export interface SharedInfo {
  }
}

export interface TrafficControlStatistics {
  readonly id: string;
  readonly backlog?: Int64 | undefined;
  readonly bytes?: Int64 | undefined;
  readonly drops?: Int64 | undefined;
  readonly overlimits?: Int64 | undefined;
  readonly packets?: Int64 | undefined;
  readonly qlen?: Int64 | undefined;
  readonly ratebps?: Int64 | undefined;
  readonly ratepps?: Int64 | undefined;
  readonly requeues?: Int64 | undefined;
}

export interface IpStatistics {
  readonly Forwarding?: Int64 | undefined;
  readonly DefaultTTL?: Int64 | undefined;
  readonly InReceives?: Int64 | undefined;
  readonly InHdrErrors?: Int64 | undefined;
  readonly InAddrErrors?: Int64 | undefined;
  readonly ForwDatagrams?: Int64 | undefined;
  readonly InUnknownProtos?: Int64 | undefined;
  readonly InDiscards?: Int64 | undefined;
  readonly InDelivers?: Int64 | undefined;
  readonly OutRequests?: Int64 | undefined;
  readonly OutDiscards?: Int64 | undefined;
  readonly OutNoRoutes?: Int64 | undefined;
  readonly ReasmTimeout?: Int64 | undefined;
  readonly ReasmReqds?: Int64 | undefined;
  readonly ReasmOKs?: Int64 | undefined;
  readonly ReasmFails?: Int64 | undefined;
  readonly FragOKs?: Int64 | undefined;
  readonly FragFails?: Int64 | undefined;
  readonly FragCreates?: Int64 | undefined;
}

export interface IcmpStatistics {
  readonly InMsgs?: Int64 | undefined;
  readonly InErrors?: Int64 | undefined;
  readonly InCsumErrors?: Int64 | undefined;
  readonly InDestUnreachs?: Int64 | undefined;
  readonly InTimeExcds?: Int64 | undefined;
  readonly InParmProbs?: Int64 | undefined;
  readonly InSrcQuenchs?: Int64 | undefined;
  readonly InRedirects?: Int64 | undefined;
  readonly InEchos?: Int64 | undefined;
  readonly InEchoReps?: Int64 | undefined;
  readonly InTimestamps?: Int64 | undefined;
  readonly InTimestampReps?: Int64 | undefined;
  readonly InAddrMasks?: Int64 | undefined;
  readonly InAddrMaskReps?: Int64 | undefined;
  readonly OutMsgs?: Int64 | undefined;
  readonly OutErrors?: Int64 | undefined;
  readonly OutDestUnreachs?: Int64 | undefined;
  readonly OutTimeExcds?: Int64 | undefined;
  readonly OutParmProbs?: Int64 | undefined;
  readonly OutSrcQuenchs?: Int64 | undefined;
  readonly OutRedirects?: Int64 | undefined;
  readonly OutEchos?: Int64 | undefined;
  readonly OutEchoReps?: Int64 | undefined;
  readonly OutTimestamps?: Int64 | undefined;
  readonly OutTimestampReps?: Int64 | undefined;
  readonly OutAddrMasks?: Int64 | undefined;
  readonly OutAddrMaskReps?: Int64 | undefined;
}

export interface TcpStatistics {
  readonly RtoAlgorithm?: Int64 | undefined;
  readonly RtoMin?: Int64 | undefined;
  readonly RtoMax?: Int64 | undefined;
  readonly MaxConn?: Int64 | undefined;
  readonly ActiveOpens?: Int64 | undefined;
  readonly PassiveOpens?: Int64 | undefined;
  readonly AttemptFails?: Int64 | undefined;
  readonly EstabResets?: Int64 | undefined;
  readonly CurrEstab?: Int64 | undefined;
  readonly InSegs?: Int64 | undefined;
  readonly OutSegs?: Int64 | undefined;
  readonly RetransSegs?: Int64 | undefined;
  readonly InErrs?: Int64 | undefined;
  readonly OutRsts?: Int64 | undefined;
  readonly InCsumErrors?: Int64 | undefined;
}

export interface UdpStatistics {
  readonly InDatagrams?: Int64 | undefined;
  readonly NoPorts?: Int64 | undefined;
  readonly InErrors?: Int64 | undefined;
  readonly OutDatagrams?: Int64 | undefined;
  readonly RcvbufErrors?: Int64 | undefined;
  readonly SndbufErrors?: Int64 | undefined;
  readonly InCsumErrors?: Int64 | undefined;
  readonly IgnoredMulti?: Int64 | undefined;
}

export interface SNMPStatistics {
  readonly ip_stats?: IpStatistics | undefined;
  readonly icmp_stats?: IcmpStatistics | undefined;
  readonly tcp_stats?: TcpStatistics | undefined;
  readonly udp_stats?: UdpStatistics | undefined;
}

export interface DiskStatistics {
  readonly source?: Resource.DiskInfo.Source | undefined;
  readonly persistence?: Resource.DiskInfo.Persistence | undefined;
  readonly limit_bytes?: Int64 | undefined;
  readonly used_bytes?: Int64 | undefined;
}

export interface ResourceStatistics {
  readonly timestamp: number;
  readonly processes?: number | undefined;
  readonly threads?: number | undefined;
  readonly cpus_user_time_secs?: number | undefined;
  readonly cpus_system_time_secs?: number | undefined;
  readonly cpus_limit?: number | undefined;
  readonly cpus_soft_limit?: number | undefined;
  readonly cpus_nr_periods?: number | undefined;
  readonly cpus_nr_throttled?: number | undefined;
  readonly cpus_throttled_time_secs?: number | undefined;
  readonly mem_total_bytes?: Int64 | undefined;
  readonly mem_total_memsw_bytes?: Int64 | undefined;
  readonly mem_kmem_usage_bytes?: Int64 | undefined;
  readonly mem_kmem_tcp_usage_bytes?: Int64 | undefined;
  readonly mem_limit_bytes?: Int64 | undefined;
  readonly mem_soft_limit_bytes?: Int64 | undefined;
  readonly mem_file_bytes?: Int64 | undefined;
  readonly mem_anon_bytes?: Int64 | undefined;
  readonly mem_cache_bytes?: Int64 | undefined;
  readonly mem_rss_bytes?: Int64 | undefined;
  readonly mem_mapped_file_bytes?: Int64 | undefined;
  readonly mem_swap_bytes?: Int64 | undefined;
  readonly mem_unevictable_bytes?: Int64 | undefined;
  readonly mem_low_pressure_counter?: Int64 | undefined;
  readonly mem_medium_pressure_counter?: Int64 | undefined;
  readonly mem_critical_pressure_counter?: Int64 | undefined;
  readonly disk_limit_bytes?: Int64 | undefined;
  readonly disk_used_bytes?: Int64 | undefined;
  readonly disk_statistics?: readonly DiskStatistics[] | undefined;
  readonly blkio_statistics?: CgroupInfo.Blkio.Statistics | undefined;
  readonly perf?: PerfStatistics | undefined;
  readonly net_rx_packets?: Int64 | undefined;
  readonly net_rx_bytes?: Int64 | undefined;
  readonly net_rx_errors?: Int64 | undefined;
  readonly net_rx_dropped?: Int64 | undefined;
  readonly net_tx_packets?: Int64 | undefined;
  readonly net_tx_bytes?: Int64 | undefined;
  readonly net_tx_errors?: Int64 | undefined;
  readonly net_tx_dropped?: Int64 | undefined;
  readonly net_tx_rate_limit?: Int64 | undefined;
  readonly net_tx_burst_rate_limit?: Int64 | undefined;
  readonly net_tx_burst_size?: Int64 | undefined;
  readonly net_rx_rate_limit?: Int64 | undefined;
  readonly net_rx_burst_rate_limit?: Int64 | undefined;
  readonly net_rx_burst_size?: Int64 | undefined;
  readonly net_rate_statistics?: ResourceStatistics.RateStatistics | undefined;
  readonly net_ephemeral_ports?: Value.Range | undefined;
  readonly net_tcp_rtt_microsecs_p50?: number | undefined;
  readonly net_tcp_rtt_microsecs_p90?: number | undefined;
  readonly net_tcp_rtt_microsecs_p95?: number | undefined;
  readonly net_tcp_rtt_microsecs_p99?: number | undefined;
  readonly net_tcp_active_connections?: number | undefined;
  readonly net_tcp_time_wait_connections?: number | undefined;
  readonly net_traffic_control_statistics?: readonly TrafficControlStatistics[] | undefined;
  readonly net_snmp_statistics?: SNMPStatistics | undefined;
}

export namespace ResourceStatistics {
  export interface RatePercentiles {
    readonly min?: Int64 | undefined;
    readonly max?: Int64 | undefined;
    readonly p50?: Int64 | undefined;
    readonly p90?: Int64 | undefined;
    readonly p95?: Int64 | undefined;
    readonly p99?: Int64 | undefined;
    readonly p999?: Int64 | undefined;
    readonly p9999?: Int64 | undefined;
    readonly samples?: Int64 | undefined;
  }

  export interface RateStatistics {
    readonly rx_rate?: ResourceStatistics.RatePercentiles | undefined;
    readonly rx_packet_rate?: ResourceStatistics.RatePercentiles | undefined;
    readonly rx_drop_rate?: ResourceStatistics.RatePercentiles | undefined;
    readonly rx_error_rate?: ResourceStatistics.RatePercentiles | undefined;
    readonly tx_rate?: ResourceStatistics.RatePercentiles | undefined;
    readonly tx_packet_rate?: ResourceStatistics.RatePercentiles | undefined;
    readonly tx_drop_rate?: ResourceStatistics.RatePercentiles | undefined;
    readonly tx_error_rate?: ResourceStatistics.RatePercentiles | undefined;
    readonly sampling_window_secs?: number | undefined;
    readonly sampling_interval_secs?: number | undefined;
  }
}

export interface ResourceUsage {
  readonly executors?: readonly ResourceUsage.Executor[] | undefined;
  readonly total?: readonly Resource[] | undefined;
}

export namespace ResourceUsage {
  export interface Executor {
    readonly executor_info: ExecutorInfo;
    readonly allocated?: readonly Resource[] | undefined;
    readonly statistics?: ResourceStatistics | undefined;
    readonly container_id: ContainerID;
    readonly tasks?: readonly ResourceUsage.Executor.Task[] | undefined;
  }

  export namespace Executor {
    export interface Task {
      readonly name: string;
      readonly id: TaskID;
      readonly resources?: readonly Resource[] | undefined;
      readonly labels?: Labels | undefined;
    }
  }
}

export interface PerfStatistics {
  readonly timestamp: number;
  readonly duration: number;
  readonly cycles?: Int64 | undefined;
  readonly stalled_cycles_frontend?: Int64 | undefined;
  readonly stalled_cycles_backend?: Int64 | undefined;
  readonly instructions?: Int64 | undefined;
  readonly cache_references?: Int64 | undefined;
  readonly cache_misses?: Int64 | undefined;
  readonly branches?: Int64 | undefined;
  readonly branch_misses?: Int64 | undefined;
  readonly bus_cycles?: Int64 | undefined;
  readonly ref_cycles?: Int64 | undefined;
  readonly cpu_clock?: number | undefined;
  readonly task_clock?: number | undefined;
  readonly page_faults?: Int64 | undefined;
  readonly minor_faults?: Int64 | undefined;
  readonly major_faults?: Int64 | undefined;
  readonly context_switches?: Int64 | undefined;
  readonly cpu_migrations?: Int64 | undefined;
  readonly alignment_faults?: Int64 | undefined;
  readonly emulation_faults?: Int64 | undefined;
  readonly l1_dcache_loads?: Int64 | undefined;
  readonly l1_dcache_load_misses?: Int64 | undefined;
  readonly l1_dcache_stores?: Int64 | undefined;
  readonly l1_dcache_store_misses?: Int64 | undefined;
  readonly l1_dcache_prefetches?: Int64 | undefined;
  readonly l1_dcache_prefetch_misses?: Int64 | undefined;
  readonly l1_icache_loads?: Int64 | undefined;
  readonly l1_icache_load_misses?: Int64 | undefined;
  readonly l1_icache_prefetches?: Int64 | undefined;
  readonly l1_icache_prefetch_misses?: Int64 | undefined;
  readonly llc_loads?: Int64 | undefined;
  readonly llc_load_misses?: Int64 | undefined;
  readonly llc_stores?: Int64 | undefined;
  readonly llc_store_misses?: Int64 | undefined;
  readonly llc_prefetches?: Int64 | undefined;
  readonly llc_prefetch_misses?: Int64 | undefined;
  readonly dtlb_loads?: Int64 | undefined;
  readonly dtlb_load_misses?: Int64 | undefined;
  readonly dtlb_stores?: Int64 | undefined;
  readonly dtlb_store_misses?: Int64 | undefined;
  readonly dtlb_prefetches?: Int64 | undefined;
  readonly dtlb_prefetch_misses?: Int64 | undefined;
  readonly itlb_loads?: Int64 | undefined;
  readonly itlb_load_misses?: Int64 | undefined;
  readonly branch_loads?: Int64 | undefined;
  readonly branch_load_misses?: Int64 | undefined;
  readonly node_loads?: Int64 | undefined;
  readonly node_load_misses?: Int64 | undefined;
  readonly node_stores?: Int64 | undefined;
  readonly node_store_misses?: Int64 | undefined;
  readonly node_prefetches?: Int64 | undefined;
  readonly node_prefetch_misses?: Int64 | undefined;
}

export interface OfferFilters {
  readonly min_allocatable_resources?: OfferFilters.MinAllocatableResources | undefined;
}

export namespace OfferFilters {
  export interface ResourceQuantities {
    readonly quantities?: Record<string, Value.Scalar> | undefined;
  }

  export interface MinAllocatableResources {
    readonly quantities?: readonly OfferFilters.ResourceQuantities[] | undefined;
  }
}

export interface Request {
  readonly agent_id?: AgentID | undefined;
  readonly resources?: readonly Resource[] | undefined;
}

export interface Offer {
  readonly id: OfferID;
  readonly framework_id: FrameworkID;
  readonly agent_id: AgentID;
  readonly hostname: string;
  readonly url?: URL | undefined;
  readonly domain?: DomainInfo | undefined;
  readonly resources?: readonly Resource[] | undefined;
  readonly attributes?: readonly Attribute[] | undefined;
  readonly executor_ids?: readonly ExecutorID[] | undefined;
  readonly unavailability?: Unavailability | undefined;
  readonly allocation_info?: Resource.AllocationInfo | undefined;
}

export namespace Offer {
  export interface Operation {
    readonly type?: Offer.Operation.Type | undefined;
    readonly id?: OperationID | undefined;
    readonly launch?: Offer.Operation.Launch | undefined;
    readonly launch_group?: Offer.Operation.LaunchGroup | undefined;
    readonly reserve?: Offer.Operation.Reserve | undefined;
    readonly unreserve?: Offer.Operation.Unreserve | undefined;
    readonly create?: Offer.Operation.Create | undefined;
    readonly destroy?: Offer.Operation.Destroy | undefined;
    readonly grow_volume?: Offer.Operation.GrowVolume | undefined;
    readonly shrink_volume?: Offer.Operation.ShrinkVolume | undefined;
    readonly create_disk?: Offer.Operation.CreateDisk | undefined;
    readonly destroy_disk?: Offer.Operation.DestroyDisk | undefined;
  }

  export namespace Operation {
    export type Type =
      | 'UNKNOWN'
      | 'LAUNCH'
      | 'LAUNCH_GROUP'
      | 'RESERVE'
      | 'UNRESERVE'
      | 'CREATE'
      | 'DESTROY'
      | 'GROW_VOLUME'
      | 'SHRINK_VOLUME'
      | 'CREATE_DISK'
      | 'DESTROY_DISK';

    export interface Launch {
      readonly task_infos?: readonly TaskInfo[] | undefined;
    }

    export interface LaunchGroup {
      readonly executor: ExecutorInfo;
      readonly task_group: TaskGroupInfo;
    }

    export interface Reserve {
      readonly source?: readonly Resource[] | undefined;
      readonly resources?: readonly Resource[] | undefined;
    }

    export interface Unreserve {
      readonly resources?: readonly Resource[] | undefined;
    }

    export interface Create {
      readonly volumes?: readonly Resource[] | undefined;
    }

    export interface Destroy {
      readonly volumes?: readonly Resource[] | undefined;
    }

    export interface GrowVolume {
      readonly volume: Resource;
      readonly addition: Resource;
    }

    export interface ShrinkVolume {
      readonly volume: Resource;
      readonly subtract: Value.Scalar;
    }

    export interface CreateDisk {
      readonly source: Resource;
      readonly target_type: Resource.DiskInfo.Source.Type;
      readonly target_profile?: string | undefined;
    }

    export interface DestroyDisk {
      readonly source: Resource;
    }
  }
}

export interface InverseOffer {
  readonly id: OfferID;
  readonly url?: URL | undefined;
  readonly framework_id: FrameworkID;
  readonly agent_id?: AgentID | undefined;
  readonly unavailability: Unavailability;
  readonly resources?: readonly Resource[] | undefined;
}

export interface TaskInfo {
  readonly name: string;
  readonly task_id: TaskID;
  readonly agent_id: AgentID;
  readonly resources?: readonly Resource[] | undefined;
  readonly executor?: ExecutorInfo | undefined;
  readonly command?: CommandInfo | undefined;
  readonly container?: ContainerInfo | undefined;
  readonly health_check?: HealthCheck | undefined;
  readonly check?: CheckInfo | undefined;
  readonly kill_policy?: KillPolicy | undefined;
  readonly data?: Base64 | undefined;
  readonly labels?: Labels | undefined;
  readonly discovery?: DiscoveryInfo | undefined;
  readonly max_completion_time?: DurationInfo | undefined;
  readonly limits?: Record<string, Value.Scalar> | undefined;
}

export interface TaskGroupInfo {
  readonly tasks?: readonly TaskInfo[] | undefined;
}

export interface Task {
  readonly name: string;
  readonly task_id: TaskID;
  readonly framework_id: FrameworkID;
  readonly executor_id?: ExecutorID | undefined;
  readonly agent_id: AgentID;
  readonly state: TaskState;
  readonly resources?: readonly Resource[] | undefined;
  readonly statuses?: readonly TaskStatus[] | undefined;
  readonly status_update_state?: TaskState | undefined;
  readonly status_update_uuid?: Base64 | undefined;
  readonly labels?: Labels | undefined;
  readonly discovery?: DiscoveryInfo | undefined;
  readonly container?: ContainerInfo | undefined;
  readonly health_check?: HealthCheck | undefined;
  readonly kill_policy?: KillPolicy | undefined;
  readonly user?: string | undefined;
  readonly limits?: Record<string, Value.Scalar> | undefined;
}

export type TaskState =
  | 'TASK_STAGING'
  | 'TASK_STARTING'
  | 'TASK_RUNNING'
  | 'TASK_KILLING'
  | 'TASK_FINISHED'
  | 'TASK_FAILED'
  | 'TASK_KILLED'
  | 'TASK_ERROR'
  | 'TASK_LOST'
  | 'TASK_DROPPED'
  | 'TASK_UNREACHABLE'
  | 'TASK_GONE'
  | 'TASK_GONE_BY_OPERATOR'
  | 'TASK_UNKNOWN';

export interface TaskResourceLimitation {
  readonly resources?: readonly Resource[] | undefined;
}

export interface UUID {
  readonly value: Base64;
}

export interface Operation {
  readonly framework_id?: FrameworkID | undefined;
  readonly agent_id?: AgentID | undefined;
  readonly info: Offer.Operation;
  readonly latest_status: OperationStatus;
  readonly statuses?: readonly OperationStatus[] | undefined;
  readonly uuid: UUID;
}

export type OperationState =
  | 'OPERATION_UNSUPPORTED'
  | 'OPERATION_PENDING'
  | 'OPERATION_FINISHED'
  | 'OPERATION_FAILED'
  | 'OPERATION_ERROR'
  | 'OPERATION_DROPPED'
  | 'OPERATION_UNREACHABLE'
  | 'OPERATION_GONE_BY_OPERATOR'
  | 'OPERATION_RECOVERING'
  | 'OPERATION_UNKNOWN';

export interface OperationStatus {
  readonly operation_id?: OperationID | undefined;
  readonly state: OperationState;
  readonly message?: string | undefined;
  readonly converted_resources?: readonly Resource[] | undefined;
  readonly uuid?: UUID | undefined;
  readonly agent_id?: AgentID | undefined;
  readonly resource_provider_id?: ResourceProviderID | undefined;
}

export interface CheckStatusInfo {
  readonly type?: CheckInfo.Type | undefined;
  readonly command?: CheckStatusInfo.Command | undefined;
  readonly http?: CheckStatusInfo.Http | undefined;
  readonly tcp?: CheckStatusInfo.Tcp | undefined;
}

export namespace CheckStatusInfo {
  export interface Command {
    readonly exit_code?: number | undefined;
  }

  export interface Http {
    readonly status_code?: number | undefined;
  }

  export interface Tcp {
    readonly succeeded?: boolean | undefined;
  }
}

export interface TaskStatus {
  readonly task_id: TaskID;
  readonly state: TaskState;
  readonly message?: string | undefined;
  readonly source?: TaskStatus.Source | undefined;
  readonly reason?: TaskStatus.Reason | undefined;
  readonly data?: Base64 | undefined;
  readonly agent_id?: AgentID | undefined;
  readonly executor_id?: ExecutorID | undefined;
  readonly timestamp?: number | undefined;
  readonly uuid?: Base64 | undefined;
  readonly healthy?: boolean | undefined;
  readonly check_status?: CheckStatusInfo | undefined;
  readonly labels?: Labels | undefined;
  readonly container_status?: ContainerStatus | undefined;
  readonly unreachable_time?: TimeInfo | undefined;
  readonly limitation?: TaskResourceLimitation | undefined;
}

export namespace TaskStatus {
  export type Source =
    | 'SOURCE_MASTER'
    | 'SOURCE_AGENT'
    | 'SOURCE_EXECUTOR';

  export type Reason =
    | 'REASON_COMMAND_EXECUTOR_FAILED'
    | 'REASON_CONTAINER_LAUNCH_FAILED'
    | 'REASON_CONTAINER_LIMITATION'
    | 'REASON_CONTAINER_LIMITATION_DISK'
    | 'REASON_CONTAINER_LIMITATION_MEMORY'
    | 'REASON_CONTAINER_PREEMPTED'
    | 'REASON_CONTAINER_UPDATE_FAILED'
    | 'REASON_MAX_COMPLETION_TIME_REACHED'
    | 'REASON_EXECUTOR_REGISTRATION_TIMEOUT'
    | 'REASON_EXECUTOR_REREGISTRATION_TIMEOUT'
    | 'REASON_EXECUTOR_TERMINATED'
    | 'REASON_EXECUTOR_UNREGISTERED'
    | 'REASON_FRAMEWORK_REMOVED'
    | 'REASON_GC_ERROR'
    | 'REASON_INVALID_FRAMEWORKID'
    | 'REASON_INVALID_OFFERS'
    | 'REASON_IO_SWITCHBOARD_EXITED'
    | 'REASON_MASTER_DISCONNECTED'
    | 'REASON_RECONCILIATION'
    | 'REASON_RESOURCES_UNKNOWN'
    | 'REASON_AGENT_DISCONNECTED'
    | 'REASON_AGENT_DRAINING'
    | 'REASON_AGENT_REMOVED'
    | 'REASON_AGENT_REMOVED_BY_OPERATOR'
    | 'REASON_AGENT_REREGISTERED'
    | 'REASON_AGENT_RESTARTED'
    | 'REASON_AGENT_UNKNOWN'
    | 'REASON_TASK_KILLED_DURING_LAUNCH'
    | 'REASON_TASK_CHECK_STATUS_UPDATED'
    | 'REASON_TASK_HEALTH_CHECK_STATUS_UPDATED'
    | 'REASON_TASK_GROUP_INVALID'
    | 'REASON_TASK_GROUP_UNAUTHORIZED'
    | 'REASON_TASK_INVALID'
    | 'REASON_TASK_UNAUTHORIZED'
    | 'REASON_TASK_UNKNOWN';
}

export interface Filters {
  readonly refuse_seconds?: number | undefined;
}

export interface Environment {
  readonly variables?: readonly Environment.Variable[] | undefined;
}

export namespace Environment {
  export interface Variable {
    readonly name: string;
    readonly type?: Environment.Variable.Type | undefined;
    readonly value?: string | undefined;
    readonly secret?: Secret | undefined;
  }

  export namespace Variable {
    export type Type =
      | 'UNKNOWN'
      | 'VALUE'
      | 'SECRET';
  }
}

export interface Parameter {
  readonly key: string;
  readonly value: string;
}

export interface Parameters {
  readonly parameter?: readonly Parameter[] | undefined;
}

export interface Credential {
  readonly principal: string;
  readonly secret?: string | undefined;
}

export interface Credentials {
  readonly credentials?: readonly Credential[] | undefined;
}

export interface Secret {
  readonly type?: Secret.Type | undefined;
  readonly reference?: Secret.Reference | undefined;
  readonly value?: Secret.Value | undefined;
}

export namespace Secret {
  export type Type =
    | 'UNKNOWN'
    | 'REFERENCE'
    | 'VALUE';

  export interface Reference {
    readonly name: string;
    readonly key?: string | undefined;
  }

  export interface Value {
    readonly data: Base64;
  }
}

export interface RateLimit {
  readonly qps?: number | undefined;
  readonly principal: string;
  readonly capacity?: Int64 | undefined;
}

export interface RateLimits {
  readonly limits?: readonly RateLimit[] | undefined;
  readonly aggregate_default_qps?: number | undefined;
  readonly aggregate_default_capacity?: Int64 | undefined;
}

export interface Image {
  readonly type: Image.Type;
  readonly appc?: Image.Appc | undefined;
  readonly docker?: Image.Docker | undefined;
  readonly cached?: boolean | undefined;
}

export namespace Image {
  export type Type =
    | 'APPC'
    | 'DOCKER';

  export interface Appc {
    readonly name: string;
    readonly id?: string | undefined;
    readonly labels?: Labels | undefined;
  }

  export interface Docker {
    readonly name: string;
    readonly credential?: Credential | undefined;
    readonly config?: Secret | undefined;
  }
}

export interface MountPropagation {
  readonly mode?: MountPropagation.Mode | undefined;
}

export namespace MountPropagation {
  export type Mode =
    | 'UNKNOWN'
    | 'HOST_TO_CONTAINER'
    | 'BIDIRECTIONAL';
}

export interface Volume {
  readonly mode: Volume.Mode;
  readonly container_path: string;
  readonly host_path?: string | undefined;
  readonly image?: Image | undefined;
  readonly source?: Volume.Source | undefined;
}

export namespace Volume {
  export type Mode =
    | 'RW'
    | 'RO';

  export interface Source {
    readonly type?: Volume.Source.Type | undefined;
    readonly docker_volume?: Volume.Source.DockerVolume | undefined;
    readonly host_path?: Volume.Source.HostPath | undefined;
    readonly sandbox_path?: Volume.Source.SandboxPath | undefined;
    readonly secret?: Secret | undefined;
    readonly csi_volume?: Volume.Source.CSIVolume | undefined;
  }

  export namespace Source {
    export type Type =
      | 'UNKNOWN'
      | 'DOCKER_VOLUME'
      | 'HOST_PATH'
      | 'SANDBOX_PATH'
      | 'SECRET'
      | 'CSI_VOLUME';

    export interface DockerVolume {
      readonly driver?: string | undefined;
      readonly name: string;
      readonly driver_options?: Parameters | undefined;
    }

    export interface HostPath {
      readonly path: string;
      readonly mount_propagation?: MountPropagation | undefined;
    }

    export interface SandboxPath {
      readonly type?: Volume.Source.SandboxPath.Type | undefined;
      readonly path: string;
    }

    export namespace SandboxPath {
      export type Type =
        | 'UNKNOWN'
        | 'SELF'
        | 'PARENT';
    }

    export interface CSIVolume {
      readonly plugin_name: string;
      readonly static_provisioning?: Volume.Source.CSIVolume.StaticProvisioning | undefined;
    }

    export namespace CSIVolume {
      export interface VolumeCapability {
        readonly block?: Volume.Source.CSIVolume.VolumeCapability.BlockVolume | undefined;
        readonly mount?: Volume.Source.CSIVolume.VolumeCapability.MountVolume | undefined;
        readonly access_mode: Volume.Source.CSIVolume.VolumeCapability.AccessMode;
      }

      export namespace VolumeCapability {
        export interface BlockVolume {
        }

        export interface MountVolume {
          readonly fs_type?: string | undefined;
          readonly mount_flags?: readonly string[] | undefined;
        }

        export interface AccessMode {
          readonly mode: Volume.Source.CSIVolume.VolumeCapability.AccessMode.Mode;
        }

        export namespace AccessMode {
          export type Mode =
            | 'UNKNOWN'
            | 'SINGLE_NODE_WRITER'
            | 'SINGLE_NODE_READER_ONLY'
            | 'MULTI_NODE_READER_ONLY'
            | 'MULTI_NODE_SINGLE_WRITER'
            | 'MULTI_NODE_MULTI_WRITER';
        }
      }

      export interface StaticProvisioning {
        readonly volume_id: string;
        readonly volume_capability: Volume.Source.CSIVolume.VolumeCapability;
        readonly node_stage_secrets?: Record<string, Secret> | undefined;
        readonly node_publish_secrets?: Record<string, Secret> | undefined;
        readonly volume_context?: Record<string, string> | undefined;
      }
    }
  }
}

export interface NetworkInfo {
  readonly ip_addresses?: readonly NetworkInfo.IPAddress[] | undefined;
  readonly name?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly labels?: Labels | undefined;
  readonly port_mappings?: readonly NetworkInfo.PortMapping[] | undefined;
}

export namespace NetworkInfo {
  export type Protocol =
    | 'IPv4'
    | 'IPv6';

  export interface IPAddress {
    readonly protocol?: NetworkInfo.Protocol | undefined;
    readonly ip_address?: string | undefined;
  }

  export interface PortMapping {
    readonly host_port: number;
    readonly container_port: number;
    readonly protocol?: string | undefined;
  }
}

export interface CapabilityInfo {
  readonly capabilities?: readonly CapabilityInfo.Capability[] | undefined;
}

export namespace CapabilityInfo {
  export type Capability =
    | 'UNKNOWN'
    | 'CHOWN'
    | 'DAC_OVERRIDE'
    | 'DAC_READ_SEARCH'
    | 'FOWNER'
    | 'FSETID'
    | 'KILL'
    | 'SETGID'
    | 'SETUID'
    | 'SETPCAP'
    | 'LINUX_IMMUTABLE'
    | 'NET_BIND_SERVICE'
    | 'NET_BROADCAST'
    | 'NET_ADMIN'
    | 'NET_RAW'
    | 'IPC_LOCK'
    | 'IPC_OWNER'
    | 'SYS_MODULE'
    | 'SYS_RAWIO'
    | 'SYS_CHROOT'
    | 'SYS_PTRACE'
    | 'SYS_PACCT'
    | 'SYS_ADMIN'
    | 'SYS_BOOT'
    | 'SYS_NICE'
    | 'SYS_RESOURCE'
    | 'SYS_TIME'
    | 'SYS_TTY_CONFIG'
    | 'MKNOD'
    | 'LEASE'
    | 'AUDIT_WRITE'
    | 'AUDIT_CONTROL'
    | 'SETFCAP'
    | 'MAC_OVERRIDE'
    | 'MAC_ADMIN'
    | 'SYSLOG'
    | 'WAKE_ALARM'
    | 'BLOCK_SUSPEND'
    | 'AUDIT_READ'
    | 'PERFMON'
    | 'BPF'
    | 'CHECKPOINT_RESTORE';
}

export interface SeccompInfo {
  readonly profile_name?: string | undefined;
  readonly unconfined?: boolean | undefined;
}

export interface LinuxInfo {
  readonly capability_info?: CapabilityInfo | undefined;
  readonly bounding_capabilities?: CapabilityInfo | undefined;
  readonly effective_capabilities?: CapabilityInfo | undefined;
  readonly share_pid_namespace?: boolean | undefined;
  readonly seccomp?: SeccompInfo | undefined;
  readonly ipc_mode?: LinuxInfo.IpcMode | undefined;
  readonly shm_size?: number | undefined;
  readonly share_cgroups?: boolean | undefined;
}

export namespace LinuxInfo {
  export type IpcMode =
    | 'UNKNOWN'
    | 'PRIVATE'
    | 'SHARE_PARENT';
}

export interface RLimitInfo {
  readonly rlimits?: readonly RLimitInfo.RLimit[] | undefined;
}

export namespace RLimitInfo {
  export interface RLimit {
    readonly type?: RLimitInfo.RLimit.Type | undefined;
    readonly hard?: Int64 | undefined;
    readonly soft?: Int64 | undefined;
  }

  export namespace RLimit {
    export type Type =
      | 'UNKNOWN'
      | 'RLMT_AS'
      | 'RLMT_CORE'
      | 'RLMT_CPU'
      | 'RLMT_DATA'
      | 'RLMT_FSIZE'
      | 'RLMT_LOCKS'
      | 'RLMT_MEMLOCK'
      | 'RLMT_MSGQUEUE'
      | 'RLMT_NICE'
      | 'RLMT_NOFILE'
      | 'RLMT_NPROC'
      | 'RLMT_RSS'
      | 'RLMT_RTPRIO'
      | 'RLMT_RTTIME'
      | 'RLMT_SIGPENDING'
      | 'RLMT_STACK';
  }
}

export interface TTYInfo {
  readonly window_size?: TTYInfo.WindowSize | undefined;
}

export namespace TTYInfo {
  export interface WindowSize {
    readonly rows: number;
    readonly columns: number;
  }
}

export interface ContainerInfo {
  readonly type: ContainerInfo.Type;
  readonly volumes?: readonly Volume[] | undefined;
  readonly hostname?: string | undefined;
  readonly docker?: ContainerInfo.DockerInfo | undefined;
  readonly mesos?: ContainerInfo.MesosInfo | undefined;
  readonly network_infos?: readonly NetworkInfo[] | undefined;
  readonly linux_info?: LinuxInfo | undefined;
  readonly rlimit_info?: RLimitInfo | undefined;
  readonly tty_info?: TTYInfo | undefined;
}

export namespace ContainerInfo {
  export type Type =
    | 'DOCKER'
    | 'MESOS';

  export interface DockerInfo {
    readonly image: string;
    readonly network?: ContainerInfo.DockerInfo.Network | undefined;
    readonly port_mappings?: readonly ContainerInfo.DockerInfo.PortMapping[] | undefined;
    readonly privileged?: boolean | undefined;
    readonly parameters?: readonly Parameter[] | undefined;
    readonly force_pull_image?: boolean | undefined;
    readonly volume_driver?: string | undefined;
  }

  export namespace DockerInfo {
    export type Network =
      | 'HOST'
      | 'BRIDGE'
      | 'NONE'
      | 'USER';

    export interface PortMapping {
      readonly host_port: number;
      readonly container_port: number;
      readonly protocol?: string | undefined;
    }
  }

  export interface MesosInfo {
    readonly image?: Image | undefined;
  }
}

export interface ContainerStatus {
  readonly container_id?: ContainerID | undefined;
  readonly network_infos?: readonly NetworkInfo[] | undefined;
  readonly cgroup_info?: CgroupInfo | undefined;
  readonly executor_pid?: number | undefined;
}

export interface CgroupInfo {
  readonly net_cls?: CgroupInfo.NetCls | undefined;
}

export namespace CgroupInfo {
  export interface Blkio {
  }

  export namespace Blkio {
    export type Operation =
      | 'UNKNOWN'
      | 'TOTAL'
      | 'READ'
      | 'WRITE'
      | 'SYNC'
      | 'ASYNC'
      | 'DISCARD';

    export interface Value {
      readonly op?: CgroupInfo.Blkio.Operation | undefined;
      readonly value?: Int64 | undefined;
    }

    export interface CFQ {
    }

    export namespace CFQ {
      export interface Statistics {
        readonly device?: Device.Number | undefined;
        readonly sectors?: Int64 | undefined;
        readonly time?: Int64 | undefined;
        readonly io_serviced?: readonly CgroupInfo.Blkio.Value[] | undefined;
        readonly io_service_bytes?: readonly CgroupInfo.Blkio.Value[] | undefined;
        readonly io_service_time?: readonly CgroupInfo.Blkio.Value[] | undefined;
        readonly io_wait_time?: readonly CgroupInfo.Blkio.Value[] | undefined;
        readonly io_merged?: readonly CgroupInfo.Blkio.Value[] | undefined;
        readonly io_queued?: readonly CgroupInfo.Blkio.Value[] | undefined;
      }
    }

    export interface Throttling {
    }

    export namespace Throttling {
      export interface Statistics {
        readonly device?: Device.Number | undefined;
        readonly io_serviced?: readonly CgroupInfo.Blkio.Value[] | undefined;
        readonly io_service_bytes?: readonly CgroupInfo.Blkio.Value[] | undefined;
      }
    }

    export interface Statistics {
      readonly cfq?: readonly CgroupInfo.Blkio.CFQ.Statistics[] | undefined;
      readonly cfq_recursive?: readonly CgroupInfo.Blkio.CFQ.Statistics[] | undefined;
      readonly throttling?: readonly CgroupInfo.Blkio.Throttling.Statistics[] | undefined;
    }
  }

  export interface NetCls {
    readonly classid?: number | undefined;
  }
}

export interface Labels {
  readonly labels?: readonly Label[] | undefined;
}

export interface Label {
  readonly key: string;
  readonly value?: string | undefined;
}

export interface Port {
  readonly number: number;
  readonly name?: string | undefined;
  readonly protocol?: string | undefined;
  readonly visibility?: DiscoveryInfo.Visibility | undefined;
  readonly labels?: Labels | undefined;
}

export interface Ports {
  readonly ports?: readonly Port[] | undefined;
}

export interface DiscoveryInfo {
  readonly visibility: DiscoveryInfo.Visibility;
  readonly name?: string | undefined;
  readonly environment?: string | undefined;
  readonly location?: string | undefined;
  readonly version?: string | undefined;
  readonly ports?: Ports | undefined;
  readonly labels?: Labels | undefined;
}

export namespace DiscoveryInfo {
  export type Visibility =
    | 'FRAMEWORK'
    | 'CLUSTER'
    | 'EXTERNAL';
}

export interface WeightInfo {
  readonly weight: number;
  readonly role?: string | undefined;
}

export interface VersionInfo {
  readonly version: string;
  readonly build_date?: string | undefined;
  readonly build_time?: number | undefined;
  readonly build_user?: string | undefined;
  readonly git_sha?: string | undefined;
  readonly git_branch?: string | undefined;
  readonly git_tag?: string | undefined;
}

export interface Flag {
  readonly name: string;
  readonly value?: string | undefined;
}

export interface Role {
  readonly name: string;
  readonly weight: number;
  readonly frameworks?: readonly FrameworkID[] | undefined;
  readonly resources?: readonly Resource[] | undefined;
}

export interface Metric {
  readonly name: string;
  readonly value?: number | undefined;
}

export interface FileInfo {
  readonly path: string;
  readonly nlink?: number | undefined;
  readonly size?: Int64 | undefined;
  readonly mtime?: TimeInfo | undefined;
  readonly mode?: number | undefined;
  readonly uid?: string | undefined;
  readonly gid?: string | undefined;
}

export interface Device {
  readonly path?: string | undefined;
  readonly number?: Device.Number | undefined;
}

export namespace Device {
  export interface Number {
    readonly major_number: Int64;
    readonly minor_number: Int64;
  }
}

export interface DeviceAccess {
  readonly device: Device;
  readonly access: DeviceAccess.Access;
}

export namespace DeviceAccess {
  export interface Access {
    readonly read?: boolean | undefined;
    readonly write?: boolean | undefined;
    readonly mknod?: boolean | undefined;
  }
}

export interface DeviceWhitelist {
  readonly allowed_devices?: readonly DeviceAccess[] | undefined;
}

export type DrainState =
  | 'UNKNOWN'
  | 'DRAINING'
  | 'DRAINED';

export interface DrainConfig {
  readonly max_grace_period?: DurationInfo | undefined;
  readonly mark_gone?: boolean | undefined;
}

export interface DrainInfo {
  readonly state: DrainState;
  readonly config: DrainConfig;
}






