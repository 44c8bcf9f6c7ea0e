import { layout, StructCodec } from "@ringfence/kernel";

const verdictCodec = new StructCodec(layout.rf_verdict_event, "rf_verdict_event");
const processCodec = new StructCodec(layout.rf_process_event, "rf_process_event");
const dnsCodec = new StructCodec(layout.rf_dns_event, "rf_dns_event");
const { rf_event_kind } = layout;

export interface EventHandlers {
  readonly onVerdict: (event: layout.rf_verdict_event) => void;
  readonly onProcess: (event: layout.rf_process_event) => void;
  readonly onDns: (event: layout.rf_dns_event) => void;
  readonly onTreeEmpty: () => void;
}

/** Decodes one record of the ring buffer; what the handlers keep they copy. */
export function readEvent(view: DataView, offset: number, handlers: EventHandlers): void {
  const kind = view.getUint32(offset, true);
  if (kind === rf_event_kind.RF_EVENT_VERDICT) handlers.onVerdict(verdictCodec.decode(view, offset));
  else if (kind === rf_event_kind.RF_EVENT_PROCESS) handlers.onProcess(processCodec.decode(view, offset));
  else if (kind === rf_event_kind.RF_EVENT_DNS) handlers.onDns(dnsCodec.decode(view, offset));
  else if (kind === rf_event_kind.RF_EVENT_TREE_EMPTY) handlers.onTreeEmpty();
  else throw new RangeError(`Cannot decode an event of kind ${kind}: unknown to this version`);
}
