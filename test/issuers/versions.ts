/** What is installed to be tested against; the only place that names versions. */
export const versions = {
  /** org.keycloak:keycloak-quarkus-dist of Maven Central. */
  keycloak: '26.7.3',
  /** The Go module github.com/ory/hydra/v2. */
  hydra: 'v2.3.0',
  /** org.apache.maven.plugins:maven-dependency-plugin, which fetches and unpacks the former. */
  mavenDependencyPlugin: '3.8.1',
} as const
