resource "juju_application" "profiles_management" {
  name        = var.app_name
  config      = var.config
  constraints = var.constraints
  model_uuid  = var.model_uuid
  trust       = var.trust
  units       = var.units

  charm {
    name     = "profiles-management"
    base     = var.base
    channel  = var.channel
    revision = var.revision
  }
}
