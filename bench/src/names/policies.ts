/** Policies under which the names of the benchmark are asked for, by the address of the resolver. */
export const policies = {
  allowing: (resolver: string) =>
    profile(resolver, `["*.example.com", "*.cluster.local", "*.example.net", 4.cdn.example.org]`),
  denying: (resolver: string) => profile(resolver, `["*.example.edu", www.example.com]`),
} as const;

function profile(resolver: string, names: string): string {
  return `apiVersion: ringfence.dev/v1alpha1
kind: SecurityProfile
metadata: { name: names }
spec:
  mode: enforce
  egress:
    default: deny
    rules:
      - allow: { to: ${names} }
  dns: { resolvers: [${resolver}], queries: enforce }
  ingress: { default: allow }
  listen: 0-65535
`;
}
