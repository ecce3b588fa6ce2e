/**
 * The events of `GET /v2/events`: each has its type and time, and further members that depend on the type.
 */

export type EventType =
  | 'api_post_event'
  | 'pod_created_event'
  | 'pod_updated_event'
  | 'pod_deleted_event'
  | 'scheduler_registered_event'
  | 'scheduler_reregistered_event'
  | 'scheduler_disconnected_event'
  | 'event_stream_attached'
  | 'event_stream_detached'
  | 'add_health_check_event'
  | 'remove_health_check_event'
  | 'failed_health_check_event'
  | 'health_status_changed_event'
  | 'unhealthy_instance_kill_event'
  | 'group_change_success'
  | 'group_change_failed'
  | 'deployment_info'
  | 'deployment_step_success'
  | 'deployment_step_failure'
  | 'deployment_success'
  | 'deployment_failed'
  | 'app_terminated_event'
  | 'status_update_event'
  | 'instance_changed_event'
  | 'instance_health_changed_event'
  | 'unknown_instance_kill_event'
  | 'unknown_instance_terminated_event'
  | 'framework_message_event'
  | 'subscribe_event'
  | 'unsubscribe_event'
  /** Ours: kills are held back while most instances fail their checks at once, and no longer. */
  | 'health_storm_event'
  | 'health_storm_ended_event';

export interface BusEvent {
  readonly eventType: EventType;
  readonly timestamp: string;
  readonly [key: string]: unknown;
}
