output "app_name" {
  description = "Name of the application, to integrate it with others"
  value       = juju_application.profiles_management.name
}

output "provides" {
  description = "Endpoints that the charm provides"
  value = {
    grafana_dashboard = "grafana-dashboard"
  }
}

output "requires" {
  description = "Endpoints that the charm requires; all are optional"
  value = {
    charm_tracing   = "charm-tracing"
    profiles        = "profiles"
    receive_ca_cert = "receive-ca-cert"
    send_otlp       = "send-otlp"
    service_mesh    = "service-mesh"
  }
}
