variable "app_name" {
  description = "Name of the application in the model"
  type        = string
  default     = "profiles-management"
}

variable "base" {
  description = "Base that the charm runs on"
  type        = string
  default     = "ubuntu@24.04"
}

variable "channel" {
  description = "Channel of Charmhub to deploy from"
  type        = string
  default     = "latest/edge"
}

variable "config" {
  description = "Options of the charm, such as { pmr = file(\"pmr.yaml\") }"
  type        = map(string)
  default     = {}
}

variable "constraints" {
  description = "Constraints of the application, as in juju deploy --constraints"
  type        = string
  default     = "arch=amd64"
}

variable "model_uuid" {
  description = "UUID of the model to deploy into; juju show-model tells it"
  type        = string
  nullable    = false
}

variable "revision" {
  description = "Revision of the charm; null for the newest of the channel"
  type        = number
  default     = null
}

variable "trust" {
  description = "Whether the charm gets cluster-admin; without it, grant what `profiles-management rbac` prints"
  type        = bool
  default     = true
}

variable "units" {
  description = "How many units; the leader does the work, the others stand by"
  type        = number
  default     = 1
}
