import { layout, StructCodec } from "@ringfence/kernel";

const verdictCodec = new StructCodec(layout.rf_verdict_event, "rf_verdict_event");
const processCodec = new StructCodec(layout.rf_process_event, "rf_process_event");
const dnsCodec = new StructCodec(layout.rf_dns_event, "rf_dns_event");
const connectionCodec = new StructCodec(layout.rf_connection_event, "rf_connection_event");
const listenCodec = new StructCodec(layout.rf_listen_event, "rf_listen_event");
const execCodec = new StructCodec(layout.rf_exec_event, "rf_exec_event");
const exitCodec = new StructCodec(layout.rf_exit_event, "rf_exit_event");
const strayCodec = new StructCodec(layout.rf_stray_event, "rf_stray_event");
const cgroupCodec = new StructCodec(layout.rf_cgroup_event, "rf_cgroup_event");
const neighbourCodec = new StructCodec(layout.rf_neighbour_event, "rf_neighbour_event");
const flowCodec = new StructCodec(layout.rf_flow_event, "rf_flow_event");
const { rf_event_kind } = layout;

/** Who wants which events; what nobody wants is not decoded. */
export interface EventHandlers {
  readonly onVerdict?: (event: layout.rf_verdict_event) => void;
  readonly onProcess?: (event: layout.rf_process_event) => void;
  readonly onDns?: (event: layout.rf_dns_event) => void;
  readonly onTreeEmpty?: () => void;
  /** For an agent only, as what follows: a connection that ended, or an attempt at one. */
  readonly onConnection?: (event: layout.rf_connection_event) => void;
  readonly onListen?: (event: layout.rf_listen_event) => void;
  readonly onExec?: (event: layout.rf_exec_event) => void;
  readonly onExit?: (event: layout.rf_exit_event) => void;
  /** A packet for a port where nobody listens. */
  readonly onStray?: (event: layout.rf_stray_event) => void;
  /** A cgroup was made or removed. */
  readonly onCgroup?: (event: layout.rf_cgroup_event) => void;
  readonly onNeighbour?: (event: layout.rf_neighbour_event) => void;
  /** What a row of the flow table had counted, which is another flow's now. */
  readonly onFlow?: (event: layout.rf_flow_event) => void;
}

/** Decodes one record of the ring buffer; what the handlers keep they copy. Throws RangeError for an unknown kind. */
export function readEvent(view: DataView, offset: number, handlers: EventHandlers): void {
  const kind = view.getUint32(offset, true);
  switch (kind) {
    case rf_event_kind.RF_EVENT_VERDICT:
      handlers.onVerdict?.(verdictCodec.decode(view, offset));
      break;
    case rf_event_kind.RF_EVENT_PROCESS:
      handlers.onProcess?.(processCodec.decode(view, offset));
      break;
    case rf_event_kind.RF_EVENT_DNS:
      handlers.onDns?.(dnsCodec.decode(view, offset));
      break;
    case rf_event_kind.RF_EVENT_TREE_EMPTY:
      handlers.onTreeEmpty?.();
      break;
    case rf_event_kind.RF_EVENT_CONNECTION:
      handlers.onConnection?.(connectionCodec.decode(view, offset));
      break;
    case rf_event_kind.RF_EVENT_LISTEN:
      handlers.onListen?.(listenCodec.decode(view, offset));
      break;
    case rf_event_kind.RF_EVENT_EXEC:
      handlers.onExec?.(execCodec.decode(view, offset));
      break;
    case rf_event_kind.RF_EVENT_EXIT:
      handlers.onExit?.(exitCodec.decode(view, offset));
      break;
    case rf_event_kind.RF_EVENT_STRAY:
      handlers.onStray?.(strayCodec.decode(view, offset));
      break;
    case rf_event_kind.RF_EVENT_CGROUP:
      handlers.onCgroup?.(cgroupCodec.decode(view, offset));
      break;
    case rf_event_kind.RF_EVENT_NEIGHBOUR:
      handlers.onNeighbour?.(neighbourCodec.decode(view, offset));
      break;
    case rf_event_kind.RF_EVENT_FLOW:
      handlers.onFlow?.(flowCodec.decode(view, offset));
      break;
    default:
      throw new RangeError(`Cannot decode an event of kind ${kind}: unknown to this version`);
  }
}
