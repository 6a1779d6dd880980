// RiskLinearAlgebra
