/** What kind of kernel facility a feature is, and how it is probed. */
export type FeatureProbe =
  | {
      readonly kind: "program";
      /** number of enum bpf_prog_type */
      readonly type: number;
      /** number of enum bpf_attach_type */
      readonly attachType: number;
      /** kernel function or tracepoint that the type attaches to by BTF */
      readonly target?: string;
      /** BPF_F_* flags of the load */
      readonly flags?: number;
      /** path that exists only where the type can also be attached */
      readonly attachableIf?: string;
      /** beginnings of SEC() names that need it */
      readonly sections: readonly string[];
    }
  | { readonly kind: "map"; readonly type: number }
  | { readonly kind: "helper"; readonly helper: number; readonly programType: number }
  | { readonly kind: "kfunc" };

/** A kernel facility that Ringfence uses, and what it means to be without it. */
export interface Feature {
  /** as users and the kernel's own messages call it */
  readonly name: string;
  readonly probe: FeatureProbe;
  /** first Linux version that has it */
  readonly since: string;
  readonly required: boolean;
  readonly neededFor: string;
  readonly withoutIt: string;
}
